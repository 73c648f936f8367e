"""Compare week 1's arrays with numpy, scipy and scikit-learn, which others wrote."""

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same

preprocessing = pytest.importorskip(
    "sklearn.preprocessing", reason="scikit-learn is the oracle of standardising"
)
distance = pytest.importorskip("scipy.spatial.distance", reason="scipy is the oracle of distances")


def test_standardize_agrees_with_scikit_learn(solutions, rng):
    """It is what StandardScaler does, constant columns and integers included."""
    X = rng.normal(size=(9, 4)) * [1.0, 1e3, 0.0, 0.0] + [5.0, -7.0, 0.1, 0.0]
    scaler = preprocessing.StandardScaler().fit(X)
    assert_close(solutions.column_means(X), scaler.mean_)
    assert_close(solutions.standardize(X), scaler.transform(X), atol=1e-12)
    integers = rng.integers(-9, 9, size=(7, 3))
    assert_close(
        solutions.standardize(integers), preprocessing.StandardScaler().fit_transform(integers)
    )


@pytest.mark.parametrize("far", [0.0, 1e8])
def test_distances_agree_with_scipy(solutions, rng, far):
    """All distances are those of cdist, also far from the origin."""
    X, Y = far + rng.normal(size=(5, 3)), far + rng.normal(size=(4, 3))
    assert_close(solutions.pairwise_distances(X, Y), distance.cdist(X, Y), atol=0.0)


def test_windows_agree_with_numpy(solutions, rng):
    """The windows are those of sliding_window_view, in a fresh array."""
    x = rng.normal(size=10)
    for size in (1, 4, 10):
        got = solutions.windows(x, size)
        assert_same(got, np.lib.stride_tricks.sliding_window_view(x, size))
        assert not np.shares_memory(got, x)


def test_pick_agrees_with_numpy(solutions, rng):
    """What is picked is what take_along_axis takes."""
    P, labels = rng.normal(size=(6, 4)), rng.integers(4, size=6)
    assert_same(solutions.pick(P, labels), np.take_along_axis(P, labels[:, None], axis=1)[:, 0])
