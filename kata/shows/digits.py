"""The handwritten digits, for tests, pictures and models; a README lies beside the data."""

from __future__ import annotations

import numpy as np

from exercises.catalogue import HERE
from exercises.layout import Layout

FILE = "digits.csv.gz"
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
    table = np.loadtxt(Layout(HERE.parent).data_file(FILE), delimiter=",", max_rows=n, ndmin=2)
    return table[:, :N_PIXELS], table[:, N_PIXELS].astype(np.int64)
