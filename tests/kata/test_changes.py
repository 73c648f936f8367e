"""Inputs that the learner's function changes: noticed at every call of the visible run."""

import numpy as np
import pytest

from kata.comparisons import Mismatch
from kata.learner import LearnersFunction, new_calls


def call(function, *args, **kwargs):
    return LearnersFunction(function.__name__, function, new_calls())(*args, **kwargs)


def halve(X):
    X /= 2.0
    return X


def sort_rows(X, rows):
    rows.sort()
    return X


def fill(X, rows, table):
    table["weights"][0][1] = 7.0
    return X


def draw_one(X, draw):
    return X + draw.normal()


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "name"),
    [
        (halve, [np.ones(2)], {}, "X"),
        (halve, [], {"X": np.ones((200, 200))}, "X"),
        (sort_rows, [1.0, [3, 1]], {}, "rows"),
        (fill, [1.0, []], {"table": {"weights": (np.ones(2),)}}, "table"),
    ],
)
def test_a_changed_argument_is_named(function, args, kwargs, name):
    with pytest.raises(Mismatch, match=f"^{name} was changed in place: work on a copy$"):
        call(function, *args, **kwargs)


def test_a_function_that_hides_its_names():
    def anything(*args):
        args[1][0] = 5.0

    with pytest.raises(Mismatch, match="argument 2 was changed in place"):
        call(anything, np.ones(1), np.ones(1))


def test_what_stays_as_it_was_passes():
    nan = np.array([np.nan, -0.0])
    assert call(lambda X, rows, table: 3, nan, [nan, "a", None], {"a": (nan, [1])}) == 3


def test_a_random_generator_may_be_drawn_from():
    call(draw_one, np.ones(2), np.random.default_rng(0))


def test_an_object_of_the_learners_is_no_input_to_compare():
    class Strange:
        def __eq__(self, other):
            raise RuntimeError("must not be asked")

        __hash__ = None

    call(lambda X: None, Strange())


def test_a_function_that_raises_is_not_blamed_for_changes():
    def refuses(X):
        X[0] = 9.0
        raise ValueError("no")

    X = np.ones(2)
    with pytest.raises(ValueError, match="no"):
        call(refuses, X)
    assert X.tolist() == [1.0, 1.0]


def test_the_next_test_finds_its_inputs_as_they_were():
    def spoils(X, rows, table):
        X[:] = np.nan
        rows[1][0] = 5.0
        del rows[0]
        table["b"] = table.pop("a")
        table["b"] += 1.0

    X, row, cell = np.array([[1.0, 2.0]]).T, np.array([3.0]), np.array([4.0])
    rows, table = ["first", row], {"a": cell}
    with pytest.raises(Mismatch, match="X was changed"):
        call(spoils, X, rows, table=table)
    assert X.tolist() == [[1.0], [2.0]]
    assert rows == ["first", row]
    assert row.tolist() == [3.0]
    assert table == {"a": cell}
    assert cell.tolist() == [4.0]


def test_an_equal_number_in_its_place_is_no_change():
    def rounds(values):
        values[0] = float(str(values[0]))

    call(rounds, [1234.5])
