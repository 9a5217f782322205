"""Indirect effects through a mediator, with a bootstrap over whole units or single rows.

Baron and Kenny's (1986) product a x b in fixed-effects form: a, treatment on mediator; b, mediator on outcome given
the treatment. The interval is that of percentiles over resampled units (Preacher and Hayes 2008), each drawn unit
keeping all its observations and its own effect.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import stdtr

from study.helpers import InputError, logger
from study.regression.absorption import is_nested, partial_out
from study.regression.formula import ROW, bootstrap_block
from study.regression.least_squares import Design, least_squares

_LEAST_EIGENVALUE_RATIO = 1e-10  # smallest over largest eigenvalue of a replication's standardised cross products


def indirect_effect(design: Design, bootstrap: Mapping) -> dict[str, float | str]:
    """The effect of the treatment that runs through the mediator, and its parts.

    design : of the outcome's regression, with treatment and mediator among the regressors. bootstrap : `replications`,
    `block` (the absorbed effect or cluster whose units are drawn; absent: rows are), `level` in percent, `seed`.
    Returns a and its std_error, statistic, p_value (as keys `a`, `a_...`); `effect` = a x b, its bootstrap std_error,
    ci_low, ci_high and p_value (twice the smaller share of replications on one side of zero, counting one more);
    replications used and `failed` ones, whose draw leaves the coefficients undetermined; `block` where rows are drawn.
    Raises InputError where most draws fail.
    """
    treatment, mediator = design.regression.indirect.treatment, design.regression.indirect.mediator
    first = [name for name in design.regressors if name != mediator]
    a, covariance, _ = least_squares(design, mediator, first)
    b, _, _ = least_squares(design, design.regression.dependent, design.regressors)
    at = first.index(treatment)
    variance = covariance[at, at]
    error = np.sqrt(variance) if variance > 0 else np.nan  # zero: repaired, without a test
    effects = replicate_indirect_effects(design, bootstrap)
    used = effects[np.isfinite(effects)]
    failed = len(effects) - len(used)
    if failed:
        logger.warning("%d of %d bootstrap draws leave a coefficient undetermined", failed, len(effects))
    if len(used) < len(effects) / 2:
        raise InputError(f"{failed} of {len(effects)} bootstrap draws have no estimate; too few units to resample.")
    tail = (100 - bootstrap["level"]) / 2
    low, high = np.percentile(used, [tail, 100 - tail])
    side = min((used <= 0).sum(), (used >= 0).sum())
    return {
        "treatment": treatment,
        "mediator": mediator,
        "a": a[at],
        "a_std_error": error,
        "a_statistic": a[at] / error,
        "a_p_value": 2 * stdtr(design.df_resid(len(first)), -abs(a[at] / error)),
        "effect": a[at] * b[design.regressors.index(mediator)],
        "std_error": used.std(ddof=1),
        "ci_low": low,
        "ci_high": high,
        "p_value": min(1.0, 2 * (side + 1) / (len(used) + 1)),
        "level": bootstrap["level"],
        "replications": len(used),
        "failed": failed,
        **({} if bootstrap_block(bootstrap, design.regression) else {"block": ROW}),
    }


def replicate_indirect_effects(design: Design, bootstrap: Mapping) -> np.ndarray:
    """a x b (replications,) of samples of units drawn with replacement; missing where it is undetermined.

    Effects nested in the unit do not change with the draw and are partialled out once; a draw then only weights the
    units' cross products.
    """
    block = bootstrap_block(bootstrap, design.regression)
    units = (design.sample.effects | design.sample.clusters)[block] if block else np.arange(design.n)
    count = int(units.max()) + 1
    draws = np.random.default_rng(bootstrap["seed"]).multinomial(
        count, np.full(count, 1 / count), size=bootstrap["replications"]
    )
    if block:
        products, n_terms = _unit_products(design, units)
        return indirect_of_products(design, np.tensordot(draws, products, axes=1), n_terms)
    # a product for each row would take too much memory
    values, n_terms = _values(design, units)
    products = np.array([values.T @ (drawn[:, None] * values) for drawn in draws])
    return indirect_of_products(design, products, n_terms)


def indirect_of_products(design: Design, products: np.ndarray, n_terms: int) -> np.ndarray:
    """a x b (R,) in the given units from cross products (R, p, p) of the terms, then of the other effects' dummies."""
    dummies = products[:, n_terms:, n_terms:]
    cross = products[:, :n_terms, n_terms:]
    # the dummies add up to those of nested effects: what is left of that sum is rounding, and no direction of theirs
    inverse = np.linalg.pinv(dummies, rcond=_LEAST_EIGENVALUE_RATIO, hermitian=True)
    terms = products[:, :n_terms, :n_terms] - cross @ inverse @ cross.mT
    names = [design.regression.dependent, *design.regressors]
    mediator = names.index(design.regression.indirect.mediator)
    treatment = names.index(design.regression.indirect.treatment)
    x = [at for at in range(1, n_terms) if at != mediator]
    a = _solve(terms, x, mediator)[:, x.index(treatment)]
    b = _solve(terms, list(range(1, n_terms)), 0)[:, mediator - 1]
    at = [design.sample.terms.index(names[position]) for position in (0, treatment)]
    return a * b * design.scale[at[0]] / design.scale[at[1]]


def _values(design: Design, units: np.ndarray) -> tuple[np.ndarray, int]:
    """Weighted dependent, regressors and dummies (N, p) of effects not nested in the unit, and the number of terms."""
    effects = list(design.sample.effects.values())
    nested = [codes for codes in effects if is_nested(codes, units)]
    others = [codes for codes in effects if not is_nested(codes, units)]
    names = [design.regression.dependent, *design.regressors]
    at = [design.sample.terms.index(name) for name in names]
    standardised = (design.sample.values[:, at] - design.mean[at]) / design.scale[at]
    dummies = [np.eye(int(codes.max()) + 1)[codes] for codes in others]
    root = np.sqrt(design.sample.weights)
    values = np.column_stack([standardised, *dummies])
    return (partial_out(values, nested, root) if nested else values) * root[:, None], len(names)


def _unit_products(design: Design, units: np.ndarray) -> tuple[np.ndarray, int]:
    """Cross products (units, p, p) of each unit's `_values`, and the number of terms among the p."""
    values, n_terms = _values(design, units)
    return np.array([part.T @ part for part in (values[units == unit] for unit in range(units.max() + 1))]), n_terms


def _solve(products: np.ndarray, regressors: list[int], dependent: int) -> np.ndarray:
    """Coefficients (R, k) of each replication's normal equations; missing where they are singular."""
    left = products[:, regressors][:, :, regressors]
    eigenvalues = np.linalg.eigvalsh(left)
    singular = eigenvalues[:, 0] <= _LEAST_EIGENVALUE_RATIO * eigenvalues[:, -1]
    left = np.where(singular[:, None, None], np.eye(len(regressors)), left)
    solution = np.linalg.solve(left, products[:, regressors, dependent][:, :, None])[:, :, 0]
    solution[singular] = np.nan
    return solution
