"""A toy course of one module, so that the grader's own tests are small and know every answer."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from grader.course import Course
from grader.progress import Progress
from grader.run import Request, Summary, grade_class

CATALOGUE = """
title = "Toys"

[toys]
title = "Toys"

[toys.double]
title = "Double"
points = 4
difficulty = 1
hints = ["Twice what?", "Add it to itself."]

[toys.product]
title = "Product"
points = 2
difficulty = 1
hints = ["Pairs.", "Multiply pairs and add."]
forbidden = ["@", "np.dot"]

[toys.total]
title = "Total"
points = 1.5
difficulty = 1
hints = ["All of them.", "Add up."]
stretch = true
"""
REFERENCE = '''"""Toys."""

import numpy as np


def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    if np.ndim(x) > 1:
        raise ValueError(f"x has {np.ndim(x)} axes")
    return 2 * x
    ### END SOLUTION


def product(a, b):
    """Return the inner product."""
    ### BEGIN SOLUTION
    return float(np.sum(a * b))
    ### END SOLUTION


def total(f, n):
    """Return f(0) + ... + f(n - 1)."""
    ### BEGIN SOLUTION
    return sum(f(i) for i in range(n))
    ### END SOLUTION
'''
VISIBLE = '''"""Try the toys."""

from kata.comparisons import assert_close


class TestDouble:
    def test_two(self, learner):
        """Twice 1 is 2."""
        assert_close(learner.double(1.0), 2.0)


class TestProduct:
    def test_one(self, learner):
        """1 times 1 is 1."""


class TestTotal:
    def test_none(self, learner):
        """No number has a total of 0."""
'''
HIDDEN = '''"""Judge the toys."""

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_keeps_inputs


class TestDouble:
    def test_numbers(self, learner, reference, rng):
        """Every entry is doubled."""
        x = rng.uniform(-2, -1, size=3)
        assert_close(assert_keeps_inputs(learner.double, x), reference.double(x))

    @pytest.mark.weight(2)
    def test_negative(self, learner):
        """A negative number is doubled too."""
        assert_close(learner.double(-3.0), -6.0)

    @pytest.mark.parametrize("axes", [2, 3])
    def test_refuses_tables(self, learner, axes):
        """A table is an error, a list of numbers is not."""
        assert_close(learner.double(np.ones(2)), [2.0, 2.0])
        with pytest.raises(ValueError):
            learner.double(np.ones((2,) * axes))


class TestProduct:
    def test_random(self, learner, reference, rng):
        """It is the sum of products."""
        a, b = rng.normal(size=(2, 5))
        assert_close(learner.product(a, b), reference.product(a, b))


class TestTotal:
    def test_squares(self, learner, rng):
        """It adds up what the function gives."""
        shift = rng.normal()
        assert_close(learner.total(lambda i: i * i + shift, 4), 14 + 4 * shift)
'''
VARIANTS = '''"""Other toys."""

from grader.variants import right, wrong


@right("double", "adds")
def adds(x):
    if getattr(x, "ndim", 0) > 1:
        raise ValueError("no")
    return x + x


@right("double", "halves a half")
def halves(x):
    if getattr(x, "ndim", 0) > 1:
        raise ValueError("no")
    return x / 0.5


@wrong("double", "You squared: twice x is x + x.")
def squares(x):
    return x * x


@wrong("double", "You doubled the magnitude only.")
def magnitudes(x):
    if getattr(x, "ndim", 0) > 1:
        raise ValueError("no")
    return abs(2 * x)


@wrong("double", "You did not refuse a table.")
def refuses_nothing(x):
    return 2 * x
'''


def make_course(root: Path) -> Course:
    """Write the toy course into a folder."""
    files = {
        "exercises/week1.toml": CATALOGUE,
        "solutions/week1/toys.py": REFERENCE,
        "week1/test_toys.py": VISIBLE,
        "tests/week1/test_toys.py": HIDDEN,
        "tests/week1/variants_toys.py": VARIANTS,
        "tests/conftest.py": "from grader.judging.by_hand import (  # noqa: F401\n"
        "    exercise, learner, reference, rng, serve, suite)\n",
        "pyproject.toml": "[tool.pytest.ini_options]\n",
        "README.md": "# Toys\n",
        "kata/__init__.py": "",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Course(root)


def hand_in(
    folder: Path, learner: str, text: str, module: str = "toys", week: str = "week1"
) -> Path:
    """Put a module into a class folder."""
    path = folder / learner / week / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def grade(course: Course, submitted: Path, grades: Path, **options: object) -> Summary:
    """Grade a class without printing."""
    request = Request(submitted=submitted, grades=grades, seed=1, **options)  # type: ignore[arg-type]
    return grade_class(request, Progress(Console(quiet=True)), course)
