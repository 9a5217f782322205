"""Absorbed fixed effects: singletons, their degrees of freedom, and partialling them out.

Effects are level codes (N,), integers from 0. References: Correia (2015), Singletons, cluster-robust standard errors
and fixed effects; Correia (2016), Linear models with high-dimensional fixed effects; reghdfe 6, `DoF.mata`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import lsmr

# Krylov iterations to machine precision: alternating projections stop early where effects hardly overlap.
_ABSORPTION = {"atol": 1e-14, "btol": 1e-14, "conlim": 0, "maxiter": 100_000}


def find_singletons(effects: Sequence[np.ndarray]) -> np.ndarray:
    """(N,) whether an observation is alone in a level of an effect, or becomes so when others are dropped."""
    keep = np.ones(len(effects[0]) if len(effects) else 0, dtype=bool)
    while True:
        alone = np.zeros(len(keep), dtype=bool)
        for level in effects:
            alone |= keep & (np.bincount(level[keep], minlength=len(keep))[level] == 1)
        if not alone.any():
            return ~keep
        keep &= ~alone


def count_absorbed(effects: Sequence[np.ndarray]) -> int:
    """Degrees of freedom the effects absorb, df_a.

    As reghdfe counts: all levels of the first; of each later one the levels less the connected components
    (mobility groups) it forms with an earlier effect, the largest number among them. Exact for one and two
    effects (Abowd, Creecy and Kramarz 2002); from the third on, redundant levels that no pair of effects
    shows are counted as absorbed.
    """
    absorbed = 0
    for later, codes in enumerate(effects):
        groups = [_count_components(earlier, codes) for earlier in effects[:later]]
        absorbed += int(codes.max()) + 1 - max(groups, default=0)
    return absorbed


def count_not_nested(effects: Sequence[np.ndarray], clusters: Sequence[np.ndarray]) -> tuple[int, bool]:
    """df_a' and whether some effect is nested in a cluster.

    An effect is nested if each of its levels lies in one cluster; its levels are then no parameters to the clustered
    variance. df_a' is what the other effects absorb beyond the nested ones, whatever their order in the formula.
    """
    nested = [codes for codes in effects if any(is_nested(codes, cluster) for cluster in clusters)]
    others = [codes for codes in effects if not any(codes is inner for inner in nested)]
    return count_absorbed([*nested, *others]) - count_absorbed(nested), bool(nested)


def is_nested(codes: np.ndarray, cluster: np.ndarray) -> bool:
    """Whether each level of an effect lies in one level of the cluster variable."""
    return len(np.unique(np.column_stack([codes, cluster]), axis=0)) == int(codes.max()) + 1


def partial_out(values: np.ndarray, effects: Sequence[np.ndarray], root: np.ndarray) -> np.ndarray:
    """Residuals (N, p) of the columns of `values` on the effects' dummies; `root` (N,) is the root of the weights."""
    rows = np.arange(len(values))
    dummies = hstack([csr_array((root, (rows, codes))) for codes in effects]).tocsr()
    residuals = np.empty_like(values)
    for column, series in enumerate(values.T):
        solution = lsmr(dummies, series * root, **_ABSORPTION)[0]
        residuals[:, column] = series - dummies @ solution / root
    return residuals


def _count_components(first: np.ndarray, second: np.ndarray) -> int:
    """Connected components of the graph that joins levels occurring in one observation."""
    offset = int(first.max()) + 1
    size = offset + int(second.max()) + 1
    graph = coo_array((np.ones(len(first)), (first, second + offset)), shape=(size, size))
    return connected_components(graph, directed=False)[0]
