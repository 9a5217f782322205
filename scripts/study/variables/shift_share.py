"""Shift-share robot exposure: industry crosswalks and AI_it = sum_j (L_ij / L_i) (R_jt / L_j).

The standard form of Acemoglu and Restrepo (2020) that Jiang (2025, equation 2) uses; the paper's text swaps two of its
symbols, and its equation 3 as printed has no industry in the shares.
"""

from __future__ import annotations

import pandas as pd

from study.helpers import InputError, logger
from study.variables.crosswalk import crosswalk_weights


def load_crosswalk(path, source: str) -> pd.DataFrame:
    """Rows (code, ifr_industry, weight) of one source classification (`crosswalk.crosswalk_weights`)."""
    return pd.DataFrame(crosswalk_weights(path, source), columns=["code", "ifr_industry", "weight"])


def to_ifr(employment: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Employment by IFR industry from employment by the crosswalk's codes.

    employment : columns `industry` (source codes), `employment` (persons) and, where it varies, `province`.
    Returns the same columns with IFR industries. Employment that no IFR industry takes is logged with its share.
    """
    merged = employment.merge(crosswalk, left_on="industry", right_on="code", how="left")
    lost = merged["code"].isna()
    if lost.any():
        share = merged.loc[lost, "employment"].sum() / employment["employment"].sum()
        logger.warning(
            "no IFR industry takes %s: %.2f%% of employment",
            ", ".join(sorted(set(merged.loc[lost, "industry"]))),
            100 * share,
        )
    merged = merged[~lost]
    merged["employment"] *= merged["weight"]
    keys = [key for key in ("province",) if key in employment] + ["ifr_industry"]
    grouped = merged.groupby(keys, as_index=False)["employment"].sum()
    return grouped.rename(columns={"ifr_industry": "industry"})


def robot_density(
    robots: pd.DataFrame, employment: pd.DataFrame, measure: str, per_workers: float, unspecified: str
) -> pd.DataFrame:
    """Robots per `per_workers` workers, R_jt / L_j: rows are years, columns IFR industries.

    robots : columns `industry`, `year`, `installations`, `operational_stock`, with `99` the unspecified ones.
    employment : columns `industry`, `employment` (persons), one row an IFR industry.
    unspecified : `drop` robots of no stated industry, or `spread` them in proportion to the stated ones.
    Raises InputError for an industry that has robots but no base-year employment.
    """
    counts = robots.pivot(index="year", columns="industry", values=measure)
    rest = counts.pop("99")
    total = counts.sum(axis=1)
    for year in counts.index:
        logger.info("%s: %.6g robots (%s) of no stated industry, %.2f%%: %s", year, rest[year], measure,
                    100 * rest[year] / (total[year] + rest[year]), unspecified)  # fmt: skip
    if unspecified == "spread":
        counts = counts.mul(1 + rest / total, axis=0)
    workers = employment.set_index("industry")["employment"].reindex(counts.columns, fill_value=0.0)
    idle = [industry for industry in counts if workers[industry] <= 0 and counts[industry].any()]
    if idle:
        raise InputError(
            f"robots but no base-year employment in IFR industries {', '.join(idle)}; see resources/industries.csv."
        )
    used = [industry for industry in counts if workers[industry] > 0]
    return counts[used] / workers[used] * per_workers


def exposure(shares: pd.DataFrame, density: pd.DataFrame) -> pd.DataFrame:
    """Exposure of each province and year: rows provinces, columns years, in robots per the density's workers.

    shares : L_ij / L_i, rows provinces, columns IFR industries (missing = no employment there).
    density : R_jt / L_j, rows years, columns IFR industries.
    """
    return shares.reindex(columns=density.columns, fill_value=0.0).fillna(0.0) @ density.T


def employment_shares(employment: pd.DataFrame, by_ifr: pd.DataFrame) -> pd.DataFrame:
    """L_ij / L_i: rows provinces, columns IFR industries; L_i is all of the province's employment."""
    total = employment.groupby("province")["employment"].sum()
    return by_ifr.pivot(index="province", columns="industry", values="employment").div(total, axis=0)
