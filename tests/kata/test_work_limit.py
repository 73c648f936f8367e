"""Work that is counted in lines of Python."""

import sys

import pytest

from kata.comparisons import Mismatch
from kata.work_limit import work_limit


def loops(n):
    total = 0
    for i in range(n):
        total += i
    return total


def swallows(n):
    try:
        return loops(n)
    except AssertionError:
        return None


def test_what_stays_below_passes():
    with work_limit(1000):
        assert loops(400) == 79_800
    assert sys.gettrace() is None


@pytest.mark.parametrize("function", [loops, swallows])
def test_more_is_stopped(function):
    with (
        pytest.raises(Mismatch, match=r"more than 1,000 lines of Python: let numpy"),
        work_limit(1000),
    ):
        function(10**9)
    assert sys.gettrace() is None


def test_a_debugger_is_left_alone():
    def debugger(frame, event, arg):
        return None

    sys.settrace(debugger)
    try:
        with work_limit(10):
            loops(100)
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(None)
