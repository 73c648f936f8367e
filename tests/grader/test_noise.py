"""Noise in the last bits: what it changes, what it leaves alone, which strict tests it shows."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from rich.console import Console

from grader.authoring.noise import EXACT, in_other_order, print_report, run_noise, with_noise
from grader.authoring.stubs import write_stubs
from grader.errors import SuiteError
from grader.progress import Progress
from tests.grader.toy import HIDDEN, make_course

SOURCE = '''"""Sums."""

from __future__ import annotations

import math

import numpy as np


def thirds(x):
    return x / 3


def root(x):
    return math.sqrt(x)


def add_to(x, y):
    x += y
    return x


def total(x, axis=None):
    return np.sum(x, axis=axis)


def total_of_all(x):
    return x.sum()


def product(A, B):
    return A @ B


def words(n):
    return "%d words" % n + "."


def vectors(A):
    return np.linalg.eigh(A).eigenvectors
'''
EPSILON = 2.0**-52


def module(text: str) -> dict:
    names: dict = {}
    exec(text, names)
    return names


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path)
    write_stubs(course)
    return course


def noise_of(course, *names, **options):
    return run_noise(names, Progress(Console(file=io.StringIO())), course, **options)


class TestNoise:
    def test_only_last_bits_change(self, rng):
        x = rng.normal(size=(40, 5))
        truth, noisy = x / 3, module(with_noise(SOURCE, 1))["thirds"](x)
        assert np.any(noisy != truth)
        np.testing.assert_allclose(noisy, truth, rtol=1.5 * EPSILON, atol=0)

    def test_equal_calls_agree_and_seeds_differ(self, rng):
        x = rng.normal(size=50)
        one, other = (module(with_noise(SOURCE, seed)) for seed in (1, 2))
        assert np.array_equal(one["thirds"](x), one["thirds"](x))
        assert np.any(one["thirds"](x) != other["thirds"](x))

    def test_equal_entries_may_part(self):
        assert len(set(module(with_noise(SOURCE, 0))["thirds"](np.ones(100)))) > 1

    def test_plain_floats(self):
        roots = [module(with_noise(SOURCE, seed))["root"](2.0) for seed in range(20)]
        assert type(roots[0]) is float
        assert len(set(roots)) > 1
        assert all(abs(root / math.sqrt(2) - 1) < 1.5 * EPSILON for root in roots)

    @pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -7.0, 0.75, np.inf, -np.inf, np.nan])
    def test_what_is_exact_stays(self, x):
        for seed in range(5):
            thirds = module(with_noise(SOURCE, seed))["thirds"]
            assert np.array_equal(thirds(3 * x), x, equal_nan=True)
            assert np.array_equal(thirds(np.float64(3 * x)), x, equal_nan=True)
            for shape in ((9,), ()):
                whole = module(with_noise(SOURCE, seed))["thirds"](np.full(shape, 3 * x))
                assert np.array_equal(whole, np.full(shape, x), equal_nan=True)

    def test_other_kinds_stay(self):
        noisy = module(with_noise(SOURCE, 0))
        assert noisy["words"](3) == "3 words."
        assert noisy["thirds"](np.float32(1)) == np.float32(1) / 3

    def test_what_is_added_to_stays_the_same_array(self, rng):
        x, y = rng.normal(size=(2, 50))
        before = x + y
        assert module(with_noise(SOURCE, 0))["add_to"](x, y) is x
        assert np.any(x != before)
        np.testing.assert_allclose(x, before, rtol=1.5 * EPSILON, atol=0)

    def test_arrays_without_axes(self):
        x = np.array(0.1)
        add_to = [module(with_noise(SOURCE, seed))["add_to"](x.copy(), 0.2) for seed in range(20)]
        assert all(isinstance(result, np.ndarray) and result.shape == () for result in add_to)
        assert len({float(result) for result in add_to}) > 1

    def test_parts_of_a_result_keep_their_names(self, rng):
        A = rng.normal(size=(4, 4))
        vectors = module(with_noise(SOURCE, 0))["vectors"](A + A.T)
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(4), atol=1e-12)


class TestOrder:
    @pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
    def test_sums(self, rng, axis):
        x = rng.normal(size=(30, 20, 10))
        total = module(in_other_order(SOURCE))["total"](x, axis)
        assert np.any(total != np.sum(x, axis=axis))
        np.testing.assert_allclose(total, np.sum(x, axis=axis), rtol=1e-9, atol=1e-11)

    def test_methods_and_lists(self, rng):
        other = module(in_other_order(SOURCE))
        x = rng.normal(size=1001)
        assert other["total_of_all"](x) != x.sum()
        assert math.isclose(other["total_of_all"](x), x.sum(), rel_tol=1e-9)
        assert other["total"]([1, 2, 3]) == 6

    @pytest.mark.parametrize(
        ("a", "b"), [((5,), (5,)), ((4, 5), (5,)), ((5,), (5, 3)), ((2, 4, 5), (5, 3))]
    )
    def test_products(self, rng, a, b):
        A, B = rng.normal(size=a), rng.normal(size=b)
        np.testing.assert_allclose(module(in_other_order(SOURCE))["product"](A, B), A @ B)


class TestReport:
    STRICT = HIDDEN.replace(
        "assert_close(learner.product(a, b), reference.product(a, b))",
        "assert learner.product(a, b) == reference.product(a, b)",
    )

    def test_tolerant_tests_are_in_order(self, course):
        report = noise_of(course)
        assert report.graded == 5  # three references, two right variants
        assert report.failures == []

    def test_a_strict_test_is_told_and_may_be_explained(self, tmp_path, course):
        (tmp_path / "tests/week1/test_toys.py").write_text(self.STRICT)
        [failure] = noise_of(course).failures
        assert (failure.exercise, failure.variant, failure.test) == (
            "product",
            "reference",
            "test_random",
        )
        entry = "[[test]]\nexercise = 'product'\ntest = 'test_random'\nvariant = '*'\n"
        (tmp_path / EXACT).write_text(entry + "reason = 'a toy'\n")
        report = noise_of(course, jobs=2)
        assert report.failures == []
        assert list(report.explained.values()) == ["a toy"]
        console = Console(file=io.StringIO(), record=True, width=200)
        print_report(console, report)
        assert "0 failures, 1 where exactness is the point" in console.export_text()

    def test_entries_that_are_not_needed_are_told(self, tmp_path, course):
        entry = "[[test]]\nexercise = 'product'\ntest = 'test_random'\nvariant = '*'\n"
        (tmp_path / EXACT).write_text(entry + "reason = 'a toy'\n")
        assert noise_of(course).stale == ["product test_random *"]
        assert noise_of(course, "double").stale == []

    def test_a_list_that_cannot_be_read(self, tmp_path, course):
        (tmp_path / EXACT).write_text("[[test]]\ntest = 'x'\n")
        with pytest.raises(SuiteError, match="needs exercise, test, variant, reason"):
            noise_of(course)

    def test_unknown_exercises_are_an_error(self, course):
        with pytest.raises(SuiteError, match="no exercise named 'nothing'"):
            noise_of(course, "nothing")
