"""The handwritten digits of week 3, for tests, pictures and models; see week3/data/README.md."""

from __future__ import annotations

import numpy as np

from exercises.catalogue import HERE

FILE = HERE.parent / "week3" / "data" / "digits.csv.gz"
N_PIXELS = 64


def load_digits(n: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the first `n` digits, or all of the 1,797.

    Returns
    -------
    pixels : ndarray of shape (n, 64)
        Pictures of 8 × 8 pixels, row by row, from 0 (empty) to 16 (ink).
    labels : ndarray of int64, shape (n,)
        The digits that were meant.
    """
    table = np.loadtxt(FILE, delimiter=",", max_rows=n, ndmin=2)
    return table[:, :N_PIXELS], table[:, N_PIXELS].astype(np.int64)
