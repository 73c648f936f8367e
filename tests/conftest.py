"""Fixtures of the hidden tests, and options for running them by hand."""

from __future__ import annotations

import pytest

from grader.judging.by_hand import exercise, learner, reference, rng, serve, suite
from grader.judging.suite import MARKS

__all__ = ["exercise", "learner", "reference", "rng", "serve", "suite"]

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for grading one learner by hand."""
    group = parser.getgroup("katas")
    group.addoption("--submission", metavar="DIR", help="a learner's folder (default: references)")
    group.addoption("--seed", type=int, default=0, help="seed of the hidden inputs")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks that hidden tests may carry."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
