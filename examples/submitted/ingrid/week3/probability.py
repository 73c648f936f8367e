"""Week 3: probability (Ingrid)."""

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]


def _log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm, with -inf for 0 and no complaint about it."""
    with np.errstate(divide="ignore"):
        return np.log(x)


def _distribution(probs: Vector) -> Vector:
    """The same probabilities, if they are some."""
    if (probs >= 0).all() and abs(1 - np.einsum("i->", probs)) <= 1e-8:
        return probs
    raise ValueError("probs is not a distribution")


def marginal(joint: Matrix, axis: int) -> Vector:
    """Sum over the letter that is not wanted."""
    return np.einsum("xy->x" if axis == 0 else "xy->y", joint)


def conditional(joint: Matrix, given: int) -> Matrix:
    """Each slice, divided by its own sum."""
    known = marginal(joint, given)
    if np.count_nonzero(known) < known.size:
        raise ValueError(f"a value on axis {given} of joint has probability 0")
    # multiplied by the inverse, in the letter of the known variable
    return np.einsum("xy,x->xy" if given == 0 else "xy,y->xy", joint, 1 / known)


def bayes(prior: Vector, likelihood: Vector) -> Vector:
    """Prior times likelihood, over the evidence."""
    evidence: float = np.einsum("h,h->", prior, likelihood).item()
    if not evidence:
        raise ValueError("the evidence of this prior and likelihood is 0")
    return np.einsum("h,h->h", prior, likelihood) / evidence


def bayes_updates(prior: Vector, likelihoods: Matrix) -> Matrix:
    """All posteriors, by log-odds against whatever leads."""

    def update(log_odds: Vector, log_likelihood: Vector) -> Vector:
        moved = log_odds + log_likelihood
        return moved - moved.max()

    odds = np.exp(list(accumulate(_log(likelihoods), update, initial=_log(prior))))
    return odds / np.einsum("nh->n", odds)[:, None]


def expectation(values: Vector, probs: Vector) -> float:
    """The inner product."""
    return np.einsum("i,i->", values, _distribution(probs)).item()


def variance(values: Vector, probs: Vector) -> float:
    """Seen from the likeliest value, the shortcut has nothing to cancel."""
    d = values - values[np.argmax(_distribution(probs))]
    return np.einsum("i,i,i->", probs, d, d).item() - np.einsum("i,i->", probs, d).item() ** 2


def naive_bayes_fit(
    X: Matrix, y: Labels, n_classes: int, alpha: float = 1.0
) -> tuple[Vector, Matrix]:
    """Counts, by way of one-hot classes."""
    member = np.identity(n_classes)[y]
    documents = np.einsum("nc->c", member)
    words = np.einsum("nc,nv->cv", member, X) + alpha
    totals = np.einsum("cv->c", words)
    return _log(documents / y.size), _log(words / totals[:, None])


def naive_bayes_log_posterior(X: Matrix, log_prior: Vector, log_likelihood: Matrix) -> Matrix:
    """Minus the log of the summed odds of all classes against each."""
    possible = log_prior > -np.inf
    scores = np.einsum("nv,cv->nc", X, log_likelihood[possible]) + log_prior[possible]
    gaps = scores - scores.max(axis=1)[:, None]
    result = np.full((len(X), len(log_prior)), -np.inf)
    result[:, possible] = gaps - np.log(np.einsum("nc->n", np.exp(gaps)))[:, None]
    return result


def is_independent(joint: Matrix) -> bool:
    products = np.einsum("xj,iy->xy", joint, joint)
    return not np.any(np.abs(products - joint) > 1e-12)


def beta_posterior(a: float, b: float, flips: Labels) -> tuple[float, float, float, float]:
    n_tails, n_heads = (np.count_nonzero(flips == side) for side in (0, 1))
    if n_tails + n_heads != flips.size:
        raise ValueError("flips are 0 or 1")
    heads, tails = a + n_heads, b + n_tails
    mode = (heads - 1) / (heads + tails - 2) if min(heads, tails) > 1 else float("nan")
    return heads, tails, heads / (heads + tails), mode


def variance_of_sum(weights: Vector, cov: Matrix) -> float:
    return np.einsum("i,ij,j", weights, cov, weights).clip(min=0.0)


def calibration_error(confidence: Vector, correct: Labels, n_bins: int = 10) -> float:
    uppers = np.arange(1, n_bins + 1) / n_bins
    is_member = np.argmax(confidence[:, None] <= uppers, axis=1)[:, None] == np.arange(n_bins)
    return np.abs(np.einsum("nb,n->b", is_member, confidence - correct)).sum() / confidence.size
