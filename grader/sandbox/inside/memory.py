"""Fill the memory that numpy hands out next with nan.

Stand-alone. `np.empty(5)`, or `np.log(p, where=p > 0)` without `out`, returns what an array that is
gone left behind: zeros, or the very numbers that are right, and such code then passes by luck.
numpy keeps blocks of less than 1024 bytes for reuse, seven of each size; so nan is put into as
many of the size of an argument, or of one of its axes, and into two of any other small size. Of a
larger argument's size there is one, which malloc mostly gives out again. What lies deeper, or is
freed and taken again within one call, is not reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

SMALL = 64
LARGE = 4096
KEPT_SIZE, KEPT_BLOCKS = 127, 7  # of float64, by numpy
FEW_BLOCKS = 2
NAN = np.full(LARGE, np.nan)
SMALL_ONES = [NAN[:size].copy() for size in range(1, SMALL + 1)] * FEW_BLOCKS
_copy = np.ndarray.copy


def fill_with_nan(arguments: Iterable[Any]) -> None:
    """Leave nan where the next arrays will be; called before each call, so it must be quick."""
    sizes: set[int] = set()
    for value in arguments:
        if type(value) is np.ndarray:
            sizes.update((value.size, *value.shape))
        elif type(value) is list:
            sizes.add(len(value))
    likely = [NAN[:size] for size in sizes if size <= KEPT_SIZE] * KEPT_BLOCKS
    large = [NAN[:size] for size in sizes if KEPT_SIZE < size <= LARGE]
    # All copies are alive at once, so that each is in a block of its own, and then given back.
    list(map(_copy, SMALL_ONES + likely + large))
