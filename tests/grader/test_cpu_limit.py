"""The limit for our own code."""

import gc
import signal
import sys

import pytest

from grader.judging.cpu_limit import cpu_limit
from kata.deadline import would_be_ignored


class SlowError(Exception):
    pass


def test_what_ends_in_time_is_left_alone():
    before = signal.getsignal(signal.SIGVTALRM)
    with cpu_limit(5, SlowError):
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) is before


def test_it_is_raised_again_where_the_first_was_swallowed():
    n_swallowed = 0

    def swallows_one():
        nonlocal n_swallowed
        while True:
            try:
                while True:
                    pass
            except SlowError:
                n_swallowed += 1
                if n_swallowed > 1:
                    raise

    with cpu_limit(0.02, SlowError), pytest.raises(SlowError):
        swallows_one()
    assert n_swallowed == 2


def test_where_python_only_prints_it_it_is_not_raised():
    seen = []

    def callback(phase, info):
        seen.append(would_be_ignored(sys._getframe()))

    class Left:
        def __del__(self):
            seen.append(would_be_ignored(sys._getframe()))

    assert not would_be_ignored(sys._getframe())
    gc.callbacks.append(callback)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(callback)
    Left()
    assert seen
    assert all(seen)
