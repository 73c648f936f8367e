"""The catalogue of exercises: order, points, difficulty, hints and rules."""

from exercises.catalogue import (
    Catalogue,
    CatalogueError,
    Exercise,
    Module,
    Question,
    Week,
    load_catalogue,
)

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Exercise",
    "Module",
    "Question",
    "Week",
    "load_catalogue",
]
