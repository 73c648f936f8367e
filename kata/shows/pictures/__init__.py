"""The pictures of `kata show EXERCISE`, a file for each module of the course that has some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from exercises.catalogue import Catalogue, Exercise
from kata.shows.pictures.picture import Picture

MODULES = (
    *("vectors", "matrices", "attention", "decompositions"),
    *("derivatives", "autograd", "optimizers"),
    *("probability", "distributions", "softmax", "diffusion"),
    *("information", "nanogpt", "ddpm"),
)


def pictures_of_module(name: str) -> Sequence[Picture]:
    """Return the pictures of a module, in the order in which learners meet what they show."""
    if name not in MODULES:
        return ()
    pictures: Sequence[Picture] = import_module(f"kata.shows.pictures.{name}").PICTURES
    return pictures


def picture_of(exercise: Exercise) -> Picture | None:
    """Return the picture that shows an exercise at work, or None."""
    pictures = pictures_of_module(exercise.module)
    own = [picture for picture in pictures if picture.name == exercise.name]
    return next(
        (picture for picture in (*own, *pictures) if exercise.name in picture.exercises), None
    )


def all_pictures(catalogue: Catalogue) -> Iterator[tuple[Exercise, Picture]]:
    """Yield each picture with the exercise that it is named after, in the order of the course."""
    for exercise in catalogue.exercises:
        picture = picture_of(exercise)
        if picture is not None and picture.name == exercise.name:
            yield exercise, picture
