"""The audit of published tables as a page: counts, findings by severity, then every check with its rows."""

from __future__ import annotations

from collections.abc import Sequence

from study.audit.printed_tables import Setting
from study.audit.published import PLACE
from study.output.pages import PlainTable, render

# check -> (heading, what it does and what it rests on), in the order of the page
CHECKS = {
    "quotient": (
        "Divided before typing",
        "Tables whose t all are the coefficient over a short number: the print's standard errors, of whose rounding "
        "the typed t knows nothing.",
    ),
    "sign": ("Signs", "Coefficient and t have one sign; a coefficient lies within its interval."),
    "figures": (
        "Several figures of one coefficient",
        "t, standard error, interval and p-value of one coefficient agree within their rounding; an interval and p "
        "with t and standard error by the normal distribution or any t distribution.",
    ),
    "std_error": (
        "Implied standard errors",
        "As printed, or |coefficient / t| with its rounding interval; off where it and t are twenty times what the "
        "same term has elsewhere.",
    ),
    "decimals": ("Decimals", "The t of a column, or its standard errors, have one number of decimals."),
    "stars_residual_df": (
        "Stars, residual degrees of freedom",
        "p from t(N - K - absorbed effects), reghdfe's robust errors. A cell differs only if no t that rounds to the "
        "printed one, or to the printed coefficient and standard error, has the printed stars; low and high are the "
        "p-values that rounding admits. Where N is uneven the units, hence the degrees of freedom, are a range.",
    ),
    "stars_normal": ("Stars, normal distribution", "The same with p from the normal distribution."),
    "stars_clusters": (
        "Stars, clusters",
        "The same with p from t(G - 1), G the units, and the printed standard errors: clustered ones are not to be "
        "had from the print.",
    ),
    "stars_p": ("Stars, printed p-values", "The printed p-value with its rounding against the star levels."),
    "convention": (
        "Which convention",
        "Cells that each convention leaves unexplained; the fewest is taken as the paper's.",
    ),
    "first_stage_f": (
        "First-stage F",
        "With one instrument the F that goes with the printed t is its square (also Kleibergen-Paap's rk Wald F and "
        "the effective F). The Cragg-Donald F assumes equal variances. 16.38: Stock and Yogo (2005), one endogenous "
        "regressor, one instrument, 10% maximal size.",
    ),
    "tf": (
        "tF",
        "5% critical |t| of the second stage given the first stage's F (Lee, McCrary, Moreira and Porter 2022, "
        "interpolated); adjusted p from t x 1.96 / critical value. Low and high are the critical value.",
    ),
    "kp_bound": (
        "Kleibergen-Paap rk LM, bound",
        "With one instrument the clustered statistic is (sum of scores)^2 / sum of squared scores, at most the number "
        "of clusters.",
    ),
    "kp_stars": ("Kleibergen-Paap rk LM, stars", "p from chi-squared with one degree of freedom."),
    "duplicate": ("Printed twice", "Columns of one table with one dependent variable and the same numbers."),
    "partial_r2": (
        "First-stage R2 without the instrument",
        "R2 - F (1 - R2) / df from R2 and the Cragg-Donald F: one value for all instruments of one sample and set of "
        "controls.",
    ),
    "unit_ratio": ("Units of the instrument", "A first-stage slope beyond 10 or below 1/10 speaks of different units."),
    "lag_sample": ("Lagged instrument", "A full N with a lag needs a period before the first."),
    "printed_f": ("Printed F", "One first stage has one F."),
    "iv_constant": ("Constants of IV columns", "Whether effects were partialled out."),
    "iv_ratio": ("IV over least squares", "Beside the least-squares column of the same dependent variable and N."),
    "hausman": (
        "IV less least squares",
        "z = (b_IV - b_LS) / sqrt(se_IV^2 - se_LS^2) (Hausman 1978), least squares taken as efficient. Low and high "
        "are p.",
    ),
    "r2_overall": (
        "R2 of IV columns as overall R2",
        "The IV residual sum of squares is 1 + ((b_IV - b_LS) / se)^2 / df times least squares'.",
    ),
    "r2_within": (
        "R2 of IV columns as R2 within both effects",
        "It would make the regressor alone explain 1 - (1 - R2_short) / (1 - R2_long) x (1 - R2_IV) of the within "
        "variance.",
    ),
    "sample": ("N", "Against units x periods, and further dimensions where the config has them."),
    "split": ("Split samples", "Groups add up to the whole; singletons are dropped."),
    "group_difference": (
        "Differences between groups",
        "z = (b_1 - b_2) / sqrt(se_1^2 + se_2^2), groups independent. Low and high are p.",
    ),
    "reversal": ("Reversed signs", "Significant at 5% with the sign opposite to the main column's."),
    "effect_names": ("Names of effects", "One name a kind of effect."),
    "order": ("Order of moments", "min <= mean <= max."),
    "sd_bound": ("Standard deviations", "At most sqrt(n / (n - 1) (max - mean)(mean - min)) (Bhatia and Davis 2000)."),
    "range": ("Extremes", "Distance from the mean in standard deviations; noted beyond five."),
    "described_n": ("n of the description", "Against units x periods."),
    "log_total": ("Largest total", "exp(max) in the config's unit against the national total that the config has."),
    "log_sum": (
        "Least sum of totals",
        "The least mean of exp(x) with the printed mean, standard deviation and minimum (Karlin and Studden 1966), "
        "times the units.",
    ),
    "share": ("Shares", "What the config calls shares of a total has mean 1 / units."),
    "growth": ("Indices", "A mean far above one is a cumulated level, not a yearly change."),
    "constant": (
        "Constants",
        "reghdfe's constant is the mean of the dependent variable less the regressors' means times their "
        "coefficients; columns without a heading, N as described.",
    ),
    "reconciled_mean": (
        "Means that reconcile the constants",
        "The mean of one regressor, and of the one of interest, under which all constants fit; only solutions inside "
        "the described range. Low and high hold 95% of rounding errors.",
    ),
    "implied_mean": ("Means not described", "Constant + the regressors' means times their coefficients."),
    "size": ("Size of the effect", "One standard deviation of the regressor of interest, at the described moments."),
}
VERDICTS = ("agrees", "borderline", "note", "differs", "impossible")
SEVERITIES = {
    "A": "changes a claim",
    "B": "a figure that cannot be right, or not be what it seems",
    "C": "labelling, documentation",
}
SOURCES = (
    "Bhatia, R. and Davis, C. (2000). A better bound on the variance. American Mathematical Monthly 107.",
    "Cragg, J. G. and Donald, S. G. (1993). Testing identifiability and specification in instrumental variable "
    "models. Econometric Theory 9.",
    "Hausman, J. A. (1978). Specification tests in econometrics. Econometrica 46.",
    "Karlin, S. and Studden, W. J. (1966). Tchebycheff Systems. Wiley.",
    "Kleibergen, F. and Paap, R. (2006). Generalized reduced rank tests using the singular value decomposition. "
    "Journal of Econometrics 133.",
    "Lee, D. S., McCrary, J., Moreira, M. J. and Porter, J. (2022). Valid t-ratio inference for IV. American Economic "
    "Review 112 (critical values: resources/tf_critical_values.csv).",
    "Stock, J. H. and Yogo, M. (2005). Testing for weak instruments in linear IV regression. In: Identification and "
    "Inference for Econometric Models. Cambridge University Press.",
)
_CHECK_HEADER = ("Table", "Column", "Dependent", "Term", "Printed", "Recomputed", "Verdict", "Kind", "Finding")


def render_audit(rows: Sequence[dict], setting: Setting, files: Sequence[str], place: str = PLACE) -> str:
    """The page of the audit's rows; `files` are the names of the published tables, `place` is where they lie."""
    named = [f"{term}: {known['source']}" for term, known in setting.log_totals.items() if "source" in known]
    found = {name: [row for row in rows if row["check"] == name] for name in CHECKS}
    return render(
        "audit.html",
        note="",
        made_from=_made_from(rows, setting, files, place),
        counts=_counts(rows),
        severities=_by_severity(rows),
        checks=[_check(name, lines) for name, lines in found.items() if lines],
        sources=[*SOURCES, *named],
    )


def _made_from(rows: Sequence[dict], setting: Setting, files: Sequence[str], place: str) -> str:
    place = "the study's folder" if place == "." else f"{place.rstrip('/')}{'' if place.endswith('.csv') else '/'}"
    if not files:
        return f"{place} holds no table."
    size = f"{setting.units} units and {setting.periods} periods"
    size += "".join(f", by {count} {name}" for name, count in setting.further.items())
    text = (
        f"Made from the tables as published and typed in {place} ({', '.join(files)}) and from the "
        "section audit of the config: the panel's size (the study's own unless said), the names of effects, star "
        "levels, national totals, and which variables are shares or indices. Nothing else goes in: no data of ours, "
        f"no regression. The panel is taken to have {size}. A fact "
        "follows from the printed figures, their rounding, the panel's size, the star levels and the formula named; "
        "an inference also needs the assumption that the check names. "
    )
    return text + (f"{len(rows)} rows, also in audit.csv." if rows else "No check applies.")


def _counts(rows: Sequence[dict]) -> PlainTable:
    lines = []
    for name, (heading, _) in CHECKS.items():
        found = [row["verdict"] for row in rows if row["check"] == name]
        if found:
            lines.append([heading, str(len(found)), *(str(found.count(verdict) or "") for verdict in VERDICTS)])
    total = [row["verdict"] for row in rows]
    lines.append(["All", str(len(total)), *(str(total.count(verdict)) for verdict in VERDICTS)])
    return PlainTable(["Check", "Rows", *VERDICTS], lines, "Checks and verdicts")


def _by_severity(rows: Sequence[dict]) -> list[PlainTable]:
    tables = []
    for severity, meaning in SEVERITIES.items():
        found = [row for row in rows if row["severity"] == severity]
        if found:
            lines = [
                [CHECKS[row["check"]][0], *_place(row), row["verdict"], row["kind"], row["finding"]] for row in found
            ]
            header = ["Check", "Table", "Column", "Dependent", "Term", "Verdict", "Kind", "Finding"]
            tables.append(PlainTable(header, lines, f"{severity}: {meaning} ({len(found)})", (0, 3, 4, 7)))
    return tables


def _check(name: str, rows: Sequence[dict]) -> dict[str, str | PlainTable]:
    """Heading, explanation, rows that do not agree, and those that do."""
    heading, explanation = CHECKS[name]
    return {
        "name": name,
        "heading": heading,
        "explanation": explanation,
        "other": _table([row for row in rows if row["verdict"] != "agrees"]),
        "agreeing": _table([row for row in rows if row["verdict"] == "agrees"]),
    }


def _table(rows: Sequence[dict]) -> PlainTable:
    lines = [
        [*_place(row), row["printed"], _short(row["recomputed"]), row["verdict"], row["kind"], row["finding"]]
        for row in rows
    ]
    bad = {place: "bad" for place, row in enumerate(rows) if row["severity"] in ("A", "B")}
    return PlainTable(_CHECK_HEADER, lines, text_columns=(2, 3, 8), classes=bad)


def _place(row: dict) -> list[str]:
    return [row[name] for name in ("table", "column", "dependent", "term")]


def _short(value: str | int | float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
