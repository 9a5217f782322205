"""The first path of an indirect effect whose two-way clustered variance is negative."""

import numpy as np
import pandas as pd
import pytest
from study.regression.formula import parse_column
from study.regression.least_squares import prepare
from study.regression.mediation import indirect_effect


def test_a_repaired_variance_of_zero_has_no_test():
    rows = [(unit, year, sign) for unit in range(6) for year in range(6) for sign in (-1, 1)]
    data = pd.DataFrame(rows, columns=["province", "year", "x"])
    noise = np.random.default_rng(0).normal(size=(len(data) // 2, 2)).repeat(2, axis=0)
    # the scores' sign changes from cell to cell: sums by unit and by year are zero, those of their cells are not
    turn = np.where((data["province"] + data["year"]) % 2, 1.0, -1.0) * data["x"]
    data["m"], data["y"] = data["x"] + turn, noise[:, 0] + data["x"] * noise[:, 1]
    column = {
        "formula": "y ~ x + m",
        "vcov": {"cluster": ["province", "year"]},
        "indirect": {"of": "x", "through": "m"},
    }
    found = indirect_effect(prepare(data, parse_column(column)), {"replications": 20, "level": 95, "seed": 1})
    assert found["a"] == pytest.approx(1)
    assert all(np.isnan(found[key]) for key in ("a_std_error", "a_statistic", "a_p_value"))
