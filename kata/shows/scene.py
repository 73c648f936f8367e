"""A picture to compress: a boat on the sea, made here, so that it belongs to nobody else."""

from __future__ import annotations

import numpy as np


def sailing_boat(size: int = 80) -> np.ndarray:
    """Return a square picture in grey, 0 is black and 1 is white."""
    y, x = np.mgrid[0:size, 0:size] / size
    scene: np.ndarray = 0.95 - 0.45 * y
    scene[(x - 0.76) ** 2 + (y - 0.2) ** 2 < 0.011] = 1.0
    is_sea = y > 0.66
    scene[is_sea] = (0.42 + 0.07 * np.sin(45 * x + 60 * y) * (y - 0.4))[is_sea]
    scene[(y < 0.64) & (y > 0.14) & (x > 0.42) & (x < 0.42 + 0.55 * (y - 0.14))] = 0.98
    scene[(y < 0.64) & (y > 0.22) & (x < 0.39) & (x > 0.39 - 0.4 * (y - 0.22))] = 0.9
    scene[(abs(x - 0.405) < 0.012) & (y > 0.12) & (y < 0.68)] = 0.15
    scene[(y > 0.66) & (y < 0.76) & (abs(x - 0.44) < 0.3 - 1.2 * (y - 0.66))] = 0.12
    return scene
