"""The audit of instrumental-variable columns: each check where it must fire and where it must not."""

import math

import pytest
from _typed import CRITICAL, HEADER, SETTING, one, typed
from study.audit.printed_tables import read_published
from study.audit.ratios import check_r2, check_ratios
from study.audit.stages import (
    check_duplicates,
    check_first_stage,
    check_first_stage_samples,
    check_instruments,
    check_iv_constants,
    check_printed_f,
    check_rank_test,
    check_tf,
)
from study.regression.tf import critical_value


def two_stages(tmp_path, t="3.664", f="23.371", lm="11.522", second="-2.183,**", group="IV"):
    return typed(
        tmp_path,
        f"1,AI,{group} - first stage,Z,1.2,{t},***",
        f"1,AI,{group} - first stage,N,300,,",
        f"1,AI,{group} - first stage,R2,0.943,,",
        f"1,AI,{group} - first stage,Province,Yes,,",
        f"1,AI,{group} - first stage,Year,Yes,,",
        f"2,Y,{group},AI,-1.469,{second}",
        f"2,Y,{group},N,300,,",
        f"2,Y,{group},Province,Yes,,",
        f"2,Y,{group},Kleibergen-Paap rk LM,{lm},,***",
        f"2,Y,{group},Cragg-Donald Wald F,{f},,",
    )


def test_stages_are_recognised(tmp_path):
    tables = two_stages(tmp_path)
    first, second = tables.columns
    assert tables.is_first_stage(first) and not tables.is_iv(first)
    assert tables.is_iv(second) and tables.first_stage(second) is first
    # a mediator explained in one column and used in another makes no first stage
    tables = typed(tmp_path, "1,M,,AI,0.5,2.0,**", "2,Y,,AI,0.5,2.0,**", "2,Y,,M,0.5,2.0,**")
    assert not any(map(tables.is_first_stage, tables.columns))


@pytest.mark.parametrize(
    ("t", "f", "verdict"), [("3.664", "23.371", "differs"), ("9.000", "95.0", "agrees"), ("9.000", "81.0", "agrees")]
)
def test_first_stage_f(tmp_path, t, f, verdict):
    row = one(check_first_stage(two_stages(tmp_path, t=t, f=f)))
    assert row["verdict"] == verdict
    assert row["recomputed"] == pytest.approx(float(t) ** 2)
    assert ("not classical" in row["finding"]) == (f != "81.0")


def test_tf(tmp_path):
    assert one(check_tf(two_stages(tmp_path), CRITICAL, SETTING))["severity"] == "A"
    assert one(check_tf(two_stages(tmp_path, t="20.0"), CRITICAL, SETTING))["verdict"] == "agrees"
    assert one(check_tf(two_stages(tmp_path, second="-5.000,***"), CRITICAL, SETTING))["verdict"] == "agrees"
    assert one(check_tf(two_stages(tmp_path, second="-1.000,"), CRITICAL, SETTING))["verdict"] == "agrees"
    # the test is for one instrument
    tables = typed(tmp_path, "1,AI,IV,Z,1,3.0,***", "1,AI,IV,V,1,3.0,***", "2,Y,IV,AI,1,2.0,**")
    assert not list(check_tf(tables, CRITICAL, SETTING))


def printed_strength(tmp_path, f="12.0", name="First-stage F", group="IV", extra=()):
    return typed(tmp_path, f"1,Y,{group},AI,-1.469,-2.183,**", f"1,Y,{group},{name},{f},,", *extra)


@pytest.mark.parametrize("name", ["First-stage F", "Kleibergen-Paap rk Wald F"])
@pytest.mark.parametrize("group", ["IV", ""])
def test_a_printed_f_stands_in_for_the_first_stage(tmp_path, name, group):
    tables = printed_strength(tmp_path, name=name, group=group)
    strength, tf = one(check_first_stage(tables)), one(check_tf(tables, CRITICAL, SETTING))
    assert (strength["verdict"], strength["severity"], strength["kind"]) == ("differs", "A", "inference")
    assert f"{name} 12.0, below 16.38, if it is the robust F of one instrument" in strength["finding"]
    assert (tf["verdict"], tf["severity"], tf["kind"]) == ("differs", "B", "inference")
    assert tf["low"] == pytest.approx(critical_value(12, CRITICAL))
    assert f"If the printed {name} is the robust F of one instrument" in tf["finding"]
    tables = printed_strength(tmp_path, f="402.0", name=name, group=group)
    assert one(check_first_stage(tables))["verdict"] == one(check_tf(tables, CRITICAL, SETTING))["verdict"] == "agrees"


def test_a_printed_f_that_is_not_of_one_instrument(tmp_path):
    def rows(**printed):
        tables = printed_strength(tmp_path, **printed)
        return [*check_first_stage(tables), *check_tf(tables, CRITICAL, SETTING)]

    assert rows() and not rows(name="Cragg-Donald Wald F") and not rows(name="F")
    assert not rows(extra=("1,Y,IV,Hansen J,1.2,,",))
    assert not rows(name="First-stage F (AI)", extra=("1,Y,IV,First-stage F (Z),9.0,,",))
    # a first stage in the table goes before what the column prints
    lines = ("1,AI,IV,Z,1,30.0,***", "2,Y,IV,AI,1,2.0,**", "2,Y,IV,First-stage F,2.0,,")
    assert one(check_tf(typed(tmp_path, *lines), CRITICAL, SETTING))["kind"] == "fact"
    # of both, the robust one
    tables = printed_strength(tmp_path, f="90.0", extra=("1,Y,IV,Kleibergen-Paap rk Wald F,9.0,,",))
    assert one(check_first_stage(tables))["recomputed"] == 9


def test_rank_test(tmp_path):
    bound, stars = check_rank_test(two_stages(tmp_path), SETTING)
    assert (bound["verdict"], stars["verdict"]) == ("note", "agrees")
    assert "by period (10)" in bound["finding"] and "unit" not in bound["finding"]
    bound, _ = check_rank_test(two_stages(tmp_path, lm="55.0"), SETTING)
    assert (bound["verdict"], bound["severity"]) == ("note", "C")
    bound, _ = check_rank_test(two_stages(tmp_path, lm="301.0"), SETTING)
    assert bound["verdict"] == "impossible"
    bound, stars = check_rank_test(two_stages(tmp_path, lm="3.000"), SETTING)
    assert (bound["verdict"], stars["verdict"]) == ("agrees", "differs")


def test_columns_printed_twice(tmp_path):
    tables = typed(tmp_path, "1,AI,a,Z,1.2,3.0,***", "2,AI,b,Z,1.2,3.0,***", "3,AI,c,Z,1.2,3.1,***")
    assert one(check_duplicates(tables))["column"] == "2"


def test_first_stage_samples(tmp_path):
    row = one(check_first_stage_samples(two_stages(tmp_path), SETTING))
    assert row["verdict"] == "note"  # nothing to compare with
    assert row["low"] < row["high"] < 0.943
    stages = [
        f"{table},{line}"
        for table, r2 in (("3", "0.980"), ("4", "0.943"))
        for line in (
            "1,AI,IV - first stage,Z,1.2,3.664,***",
            "1,AI,IV - first stage,N,300,,",
            f"1,AI,IV - first stage,R2,{r2},,",
            "2,Y,IV,AI,1.0,2.0,**",
            "2,Y,IV,Cragg-Donald Wald F,23.371,,",
        )
    ]
    path = tmp_path / "two.csv"
    path.write_text("\n".join([HEADER, *stages]) + "\n", encoding="utf-8")
    assert [row["verdict"] for row in check_first_stage_samples(read_published([path]), SETTING)] == ["differs"] * 2


def test_units_and_lags_of_instruments(tmp_path):
    tables = typed(tmp_path, "1,AI,IV,L.AI,25.0,3.0,***", "1,AI,IV,N,300,,", "2,Y,IV,AI,1,2.0,**")
    ratio, lag = check_instruments(tables, SETTING)
    assert (ratio["check"], ratio["verdict"]) == ("unit_ratio", "differs")
    assert (lag["check"], lag["recomputed"]) == ("lag_sample", 270)
    tables = typed(tmp_path, "1,AI,IV,L.AI,2.0,3.0,***", "1,AI,IV,N,270,,", "2,Y,IV,AI,1,2.0,**")
    assert one(check_instruments(tables, SETTING))["verdict"] == "agrees"


def test_printed_f(tmp_path):
    lines = ("1,Y,IV,AI,1,2.0,**", "1,Y,IV,F,{},,", "2,X,IV,AI,1,2.0,**", "2,X,IV,F,22.7,,")
    assert one(check_printed_f(typed(tmp_path, *(line.format("15.9") for line in lines))))["verdict"] == "differs"
    assert one(check_printed_f(typed(tmp_path, *(line.format("22.7") for line in lines))))["verdict"] == "agrees"


def test_constants_of_iv_columns(tmp_path):
    lines = ["1,Y,IV,AI,1,2.0,**", "1,Y,IV,_cons,1,2.0,**", "2,Y,FE,AI,1,2.0,**", "2,Y,FE,_cons,1,2.0,**"]
    effects = [f"{n},Y,{group},Province,Yes,," for n, group in ((1, "IV"), (2, "FE"))]
    assert one(check_iv_constants(typed(tmp_path, *lines, *effects)))["column"] == "1"


@pytest.mark.parametrize(("iv", "severity"), [("1.200", "A"), ("-0.100", "A"), ("0.600", "")])
def test_ratio_to_least_squares(tmp_path, iv, severity):
    tables = typed(tmp_path, "1,Y,FE,AI,0.500,5.0,***", f"2,Y,IV,AI,{iv},{'-' * (iv[0] == '-')}2.0,**")
    rows = list(check_ratios(tables))
    assert rows[0]["severity"] == severity
    assert rows[0]["recomputed"] == pytest.approx(float(iv) / 0.5)
    if iv == "1.200":
        assert rows[1]["recomputed"] == pytest.approx(0.7 / math.sqrt(0.6**2 - 0.1**2))


def test_r2_of_iv_columns(tmp_path):
    lines = ["1,Y,FE,AI,0.5,5.0,***", "1,Y,FE,N,300,,", "1,Y,FE,R2,0.90,,", "2,Y,IV,AI,0.6,2.0,**", "2,Y,IV,N,300,,"]
    assert one(check_r2(typed(tmp_path, *lines, "2,Y,IV,R2,0.30,,"), SETTING))["verdict"] == "differs"
    assert one(check_r2(typed(tmp_path, *lines, "2,Y,IV,R2,0.90,,"), SETTING))["verdict"] == "agrees"
