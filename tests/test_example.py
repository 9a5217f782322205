"""The simulated example: reproduced byte for byte, in the publishers' forms, with independent random streams."""

from __future__ import annotations

import csv
import hashlib
import io

import numpy as np
import pytest
import simulate_example
from simulate import economy, facts, mechanisms, robots
from simulate import files as forms
from study.helpers import read_rows

EXAMPLE = simulate_example.RESOURCES / "example"
WRITTEN_BY_HAND = {"README.md"}
INPUTS = {name: read_rows(simulate_example.RESOURCES / f"{name}.csv") for name in simulate_example.TABLES}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The files the generator makes, by path."""
    return simulate_example.example_files(**INPUTS)


def decode(content: bytes) -> str:
    """Text of a file in whichever encoding its publisher uses."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gbk")


def test_written_files_are_reproduced_byte_for_byte(tmp_path):
    """The command gives the files in the repository, and the repository has no others."""
    simulate_example.main(["--output", str(tmp_path)])
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {str(path.relative_to(EXAMPLE)) for path in EXAMPLE.rglob("*") if path.is_file()}
    assert kept - WRITTEN_BY_HAND == set(made)
    changed = [path for path, content in made.items() if (EXAMPLE / path).read_bytes() != content]
    assert changed == []


def test_the_baselines_tables_keep_their_bytes(files):
    """Tables added since version 0.2.0 leave those before it alone."""
    themes = {"structure", "regulation", "patents", "intelligence", "activities"}
    added = {row["file"] for row in INPUTS["catalog"] if row["theme"] in themes}
    digest = hashlib.sha256()
    for path in sorted(set(files) - added):
        digest.update(path.encode() + files[path])
    assert digest.hexdigest() == "dbf18a34046482b6b778eb0e048981477dec73b40edd1dfb45e1b05a9bc06baf"


def test_every_table_of_the_catalog_is_there_and_small(files):
    """One file a catalog row, each under a megabyte; CEADs' inventories, an alternative, are not there."""
    expected = {row["file"] for row in INPUTS["catalog"]} - {"energy/co2_inventory.xlsx"}
    assert expected == set(files) - {"SIMULATED.txt"}
    assert max(map(len, files.values())) < 1_000_000


def test_every_province_is_in_every_chinese_table(files):
    """All 31 provinces, by the name each publisher prints."""
    for path, content in files.items():
        text = "".join(decode(content).split())
        if path.startswith(("energy", "census/employment_2004")):
            name = "short_zh"
        elif path.startswith("yearbook") and "exchange_rate" not in path:
            name = "name_zh"
        else:
            continue
        missing = [row[name] for row in INPUTS["provinces"] if row[name] not in text]
        assert missing == [], path


def test_every_table_says_that_it_is_simulated(files):
    """The notes say so in the table's language; the robot export has no room for a note."""
    for path, content in files.items():
        if not path.startswith("ifr"):
            text = decode(content)
            assert forms.SIMULATED_ZH in text or "simulated" in text, path


def test_robots_add_up(files):
    """Parents are exactly the sum of their children and 000 of the leaves, every year."""
    for path in ("ifr/china.csv", "ifr/united_states.csv"):
        rows = list(csv.DictReader(io.StringIO(files[path].decode())))
        for measure in ("delivered", "op_stock"):
            counts = {(row["Year"], row["industrycode"]): int(row[measure]) for row in rows}
            for year in {row["Year"] for row in rows}:
                assert counts[year, "000"] == sum(counts[year, leaf] for leaf in robots.leaf_codes())
                for parent in {row[1] for row in facts.ROBOT_INDUSTRIES.values()} - {None}:
                    children = [code for code, row in facts.ROBOT_INDUSTRIES.items() if row[1] == parent]
                    assert counts[year, parent] == sum(counts[year, child] for child in children)


def test_streams_depend_on_their_key_only():
    """A stream's numbers are the same whatever was drawn before, and other keys' numbers differ."""
    first = economy.stream("gdp").standard_normal(5)
    economy.stream("a table added later").standard_normal(1000)
    assert np.array_equal(economy.stream("gdp").standard_normal(5), first)
    assert not np.array_equal(economy.stream("gdp_index").standard_normal(5), first)


def test_a_table_more_or_less_leaves_the_others_alone(files, monkeypatch):
    """Another note or another form of one table changes that file alone; so does another year of US robots."""
    monkeypatch.setitem(forms.TABLE_NOTES, "loans", ["注：{simulated}。", "　　　另注。"])
    monkeypatch.setitem(facts.US_INSTALLATIONS, 2022, 50.0)
    again = simulate_example.example_files(**INPUTS)
    changed = {path for path in files if files[path] != again[path]}
    assert changed == {"yearbook/loans.csv", "ifr/united_states.csv"}


def test_gaps_are_inside_series(files):
    """Some cells are empty, none in a series' first or last year; rows without any figure are nil, not gaps."""
    gaps = 0
    for path, content in files.items():
        if not path.startswith(("yearbook", "energy")):
            continue
        names = {"".join(row[key].split()) for row in INPUTS["provinces"] for key in ("name_zh", "short_zh")}
        for row in csv.reader(io.StringIO(decode(content), newline="")):
            if "".join(row[0].split()) not in names:
                continue
            cells = [cell.strip() for cell in row[2 if path.startswith("energy") else 1 :]]
            if "\t" in row[0]:
                cells = cells[1:-1]  # that form has an empty newest year and a comma after the last cell
            if any(cells):
                assert cells[0], path
                assert cells[-1], path
                gaps += cells.count("")
    assert 12 <= gaps <= 20


def test_co2_follows_the_truth():
    """ln CO2 less the true coefficients on winsorised regressors is a province, a year and noise of the stated size."""
    made = simulate_example.simulate(INPUTS["industries"])
    kept = economy.in_study(made.provinces)
    regressors = {
        "ai": made.exposure,
        "open": made.openness,
        "density": made.population / made.area[:, None] / 1e4,
        "fin": made.finance,
        "gov": made.government,
        "energy": made.electricity / made.national_electricity,
        "urban": made.urban,
    }
    rest = np.log(made.co2)[kept, economy.STUDY]
    for name, coefficient in economy.CO2_COEFFICIENTS.items():
        rest = rest - coefficient * economy.winsorise(regressors[name][kept, economy.STUDY])
    rest = rest - rest.mean(axis=0) - rest.mean(axis=1, keepdims=True) + rest.mean()
    noise = np.sqrt((rest**2).sum() / (29 * 9))
    assert noise == pytest.approx(economy.CO2_NOISE_SD, rel=0.1)


MECHANISMS = {
    "patents": (mechanisms.PATENT_COEFFICIENTS, mechanisms.PATENT_NOISE_SD),
    "upgrading": (mechanisms.UPGRADING_COEFFICIENTS, mechanisms.UPGRADING_NOISE_SD),
    "ln_co2_scopes": (mechanisms.SCOPE_COEFFICIENTS, mechanisms.SCOPE_NOISE_SD),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_mechanisms_follow_the_truth(name):
    """Less the true coefficients on winsorised regressors, a province, a year and noise of the stated size are left."""
    made = simulate_example.simulate(INPUTS["industries"])
    kept = economy.in_study(made.provinces)
    coefficients, sd = MECHANISMS[name]
    latent = mechanisms.simulate_mechanisms(made, economy.province_facts()["ln_co2"])
    rest = getattr(latent, name) - np.tensordot(coefficients, mechanisms.regressors(made), axes=1)
    rest = rest[kept, economy.STUDY]
    rest = rest - rest.mean(axis=0) - rest.mean(axis=1, keepdims=True) + rest.mean()
    assert np.sqrt((rest**2).sum() / (29 * 9)) == pytest.approx(sd, rel=0.12)


def test_sectors_add_to_gdp_and_activities_to_the_scopes_total():
    """What is printed adds up to what it was made from, but for rounding."""
    made = simulate_example.simulate(INPUTS["industries"])
    tables = simulate_example.all_tables(made, INPUTS["catalog"], INPUTS["fuels"], INPUTS["activities"])
    columns = slice(mechanisms.FIRST_PRINTED - economy.FIRST_YEAR, None)
    gdp = simulate_example.account_tables(made)["gdp"].values[:, columns]
    sectors = sum(tables[f"value_added_{sector}"].values for sector in ("primary", "secondary", "tertiary"))
    assert np.abs(sectors - gdp).max() < 0.01
    assert (tables["industrial_value_added"].values < tables["value_added_secondary"].values).all()
    factors = simulate_example.activity_factors(INPUTS["activities"], simulate_example.co2_factors(INPUTS["fuels"]))
    factors["plate_glass"] *= 0.05  # 10^4 weight cases of 50 kg
    total = sum(factor * np.nan_to_num(tables[key].values) for key, factor in factors.items())
    latent = mechanisms.simulate_mechanisms(made, economy.province_facts()["ln_co2"])
    kept = economy.in_study(made.provinces)
    assert np.abs(total / np.exp(latent.ln_co2_scopes[:, columns]) - 1)[kept].max() < 1e-4


def test_readme_states_the_truth():
    """The coefficients the example's README prints are the generator's."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    for name, coefficient in economy.CO2_COEFFICIENTS.items():
        assert f"| `{name}` | {coefficient:.3f} |" in text
    assert f"seed {economy.SEED}" in text
    for coefficients, _ in MECHANISMS.values():
        assert f"{coefficients[0]:.3f}" in text
