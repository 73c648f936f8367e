import itertools
import math

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_orthonormal_rows,
    assert_same,
    assert_same_subspace,
)

# Matrices are built from known factors: the truth is known without any implementation. They are
# well conditioned, even where a pivot is tiny, so that every way to pivot gets nearly all digits,
# and a tolerance of 1e-10 leaves room for the order of operations.


def orthogonal(rng, n):
    """Return a random orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


def regular(rng, n):
    """Return a random matrix of condition at most 10, and its inverse."""
    U, V = orthogonal(rng, n), orthogonal(rng, n)
    s = rng.uniform(1.0, 10.0, size=n)
    return (U * s) @ V, (V.T / s) @ U.T


def with_pivot(rng, n, k, size):
    """Return a well-conditioned matrix with a pivot `size` in column k, unless rows are swapped.

    In the columns before k partial pivoting swaps nothing. What may be swapped up in column k is
    negative.
    """
    while True:
        D = np.diag(rng.uniform(4.0, 6.0, size=k))
        C, R = rng.uniform(-1.0, 1.0, size=(n - k, k)), rng.uniform(-1.0, 1.0, size=(k, n - k))
        S = rng.normal(size=(n - k, n - k))
        S[:, 0] = -rng.uniform(2.0, 3.0, size=n - k)
        S[0, 0] = size
        A = np.block([[D, R], [C, C @ np.linalg.solve(D, R) + S]])
        if np.linalg.cond(A) < 50:
            return A


def dominant(rng, n):
    """Return a random matrix with so large a diagonal that no pivot stands anywhere else."""
    return np.diag(rng.uniform(4.0, 6.0, size=n)) + rng.uniform(-2.0, 2.0, size=(n, n)) / n


def swapped(rng, n):
    """Return a matrix that needs one swap, of its first two rows, and none after."""
    A = dominant(rng, n)
    A[1, 0] = 0.0
    A[[0, 1]] = A[[1, 0]]
    return A


def singular(rng, n, rank):
    """Return a random matrix of this rank, singular up to rounding.

    It is made of its triangular factors, so that all pivots before the missing ones are large
    without a swap: who never swaps meets none of his own troubles here.
    """
    L = np.tril(rng.uniform(-0.5, 0.5, size=(n, rank)), -1) + np.eye(n, rank)
    U = np.triu(rng.uniform(-1.0, 1.0, size=(rank, n)), 1)
    U += np.eye(rank, n) * rng.uniform(1.0, 2.0, size=(rank, 1))
    return L @ U


def singular_matrices(rng):
    """Return matrices that are singular exactly, or up to rounding, at different scales."""
    A = dominant(rng, 4)
    no_first, no_middle, no_last, no_row, twice = (A.copy() for _ in range(5))
    no_first[:, 0] = 0.0
    no_middle[:, 2] = 0.0
    no_last[:, 3] = 0.0
    no_row[1] = 0.0
    twice[3] = twice[1]
    rounded = singular(rng, 5, 3)
    # Its second pivot is 2 epsilon times its size, exactly, in any order of operations.
    almost = 2.0**27 * np.array([[1.0, 1.0], [1.0, 1.0 + 2 * np.finfo(float).eps]])
    for matrix in (no_first, no_middle, no_last, no_row, twice):
        rng.shuffle(matrix)
    return [
        *(no_first, no_middle, no_last, no_row, twice),
        *(rounded, 1e8 * rounded, 1e-30 * rounded, singular(rng, 3, 2), singular(rng, 6, 5)),
        *(np.arange(1.0, 10.0).reshape(3, 3), np.ones((2, 2)), np.zeros((3, 3)), np.zeros((1, 1))),
        almost,
    ]


def diagonals(ratio):
    """Return diagonal matrices, in order or with rows swapped, whose least entry has this ratio."""
    for place in range(3):
        entries = np.array([-2.0, 1.5, -1.0])
        entries[place] = 0.0
        entries[place] = ratio * np.max(np.abs(entries))
        for order in ([0, 1, 2], [1, 2, 0]):
            yield np.diag(entries)[order]


def entries(rng, *shape):
    """Return random entries so small that rounding to a fixed number of digits shows."""
    return 1e-3 * rng.normal(size=shape)


def product_entry_by_entry(A, B):
    """Return A B, each entry without any rounding of sums."""
    return np.array([[math.fsum(row * column) for column in B.T] for row in A])


def check_product(learner, A, B):
    """Compare with exact sums, as closely as any order of adding up allows."""
    truth = product_entry_by_entry(A, B)
    scale = float(np.max(product_entry_by_entry(np.abs(A), np.abs(B))))
    assert_close(learner.matmul(A, B), truth, rtol=0.0, atol=1e-12 * scale)


class TestMatmul:
    def test_rows_meet_columns(self, learner, rng):
        """Entry (i, j) is the inner product of row i of A and column j of B."""
        for n, k, m in ((2, 3, 4), (4, 2, 3), (5, 6, 2), (3, 40, 2)):
            A, B = entries(rng, n, k), entries(rng, k, m)
            check_product(learner, A, B)

    def test_square_matrices(self, learner, rng):
        """With square matrices neither the order nor the orientation is mixed up."""
        for n in (2, 3, 6):
            A, B = entries(rng, 2, n, n)
            check_product(learner, A, B)
            check_product(learner, B, A)

    def test_lengths_of_one(self, learner, rng):
        """A single row, column or entry is a matrix too, and so is the result."""
        for n, k, m in ((1, 4, 3), (3, 4, 1), (1, 4, 1), (3, 1, 2), (1, 1, 1), (4, 1, 4)):
            A, B = entries(rng, n, k), entries(rng, k, m)
            check_product(learner, A, B)

    def test_small_and_large_numbers(self, learner, rng):
        """Nothing is rounded away: it is as accurate for small numbers as for large ones."""
        A, B = entries(rng, 2, 3), entries(rng, 3, 2)
        for scale in (1e-12, 1e12):
            check_product(learner, scale * A, scale * B)

    def test_refuses_a_mismatch(self, learner, rng):
        """Inner lengths that differ are an error, whichever is longer and whatever else fits."""
        A, B = entries(rng, 3, 4), entries(rng, 4, 3)
        check_product(learner, A, B)
        check_product(learner, B, A)
        for left, right in ((A, A), (B, B), (A, B[:3]), (A[:, :3], B), (A, A[:, :3]), (A[:2], A)):
            with pytest.raises(ValueError):
                learner.matmul(left, right)

    def test_does_not_stretch(self, learner, rng):
        """An inner length of 1 is not stretched to match a longer one: that is an error too."""
        A, B = entries(rng, 3, 4), entries(rng, 4, 2)
        check_product(learner, A[:, :1], B[:1])
        C = rng.normal(size=(4, 3))  # here the outer lengths are equal, which must not matter
        for left, right in (
            *((A[:, :1], B), (A, B[:1]), (A[:1, :1], B), (A, B[:1, :1])),
            *((A[:, :1], C), (A, C[:1])),
        ):
            with pytest.raises(ValueError):
                learner.matmul(left, right)

    def test_keeps_inputs(self, learner, rng):
        """Both matrices are the same afterwards."""
        for n, k, m in ((2, 3, 4), (3, 3, 3)):
            A, B = entries(rng, n, k), entries(rng, k, m)
            product = product_entry_by_entry(A, B)
            assert_close(assert_keeps_inputs(learner.matmul, A, B), product)


def _transposed_before_a_change(module, A):
    """Return the transpose of A, after A itself was changed."""
    result = module.transpose(A)
    A += 1.0
    return result


class TestTranspose:
    def test_rows_become_columns(self, learner, rng):
        """Row i becomes column i, whether there are more rows or more columns."""
        for n, m in ((2, 3), (3, 2), (2, 7), (6, 4)):
            A = rng.normal(size=(n, m))
            truth = A.T.copy()
            assert_same(learner.transpose(A), truth)

    def test_square_matrices(self, learner, rng):
        """In a square matrix each pair of entries changes places, and the diagonal stays."""
        for n in (2, 3, 6):
            A = rng.normal(size=(n, n))
            truth = A.T.copy()
            assert_same(learner.transpose(A), truth)

    def test_one_row_or_column(self, learner, rng):
        """One row becomes one column, still with two axes, and the other way round."""
        for n, m in ((1, 4), (4, 1), (1, 1)):
            A = rng.normal(size=(n, m))
            truth = A.T.copy()
            assert_same(learner.transpose(A), truth)

    def test_is_no_view(self, learner, rng):
        """The result has memory of its own: a later change of A does not show in it."""
        for n, m in ((2, 5), (4, 3), (3, 3), (1, 4), (4, 1)):
            A = rng.normal(size=(n, m))
            assert_same(learner.run(_transposed_before_a_change, A.copy()), A.T)

    def test_keeps_inputs(self, learner, rng):
        """The matrix is the same afterwards, in shape too."""
        for n, m in ((2, 3), (4, 4)):
            A = rng.normal(size=(n, m))
            truth = A.T.copy()
            assert_same(assert_keeps_inputs(learner.transpose, A), truth)


def assert_solution(actual, x):
    """Compare with the truth, up to 1e-10 of its largest entry."""
    assert_close(actual, x, rtol=1e-10, atol=1e-10 * float(np.max(np.abs(x))))


def _solution_and_arguments(module, A, b):
    """Return the solution with what A and b are afterwards, so that it shows which has changed."""
    x = module.solve(A, b)
    return x, A, b


class TestSolve:
    def test_random_systems(self, learner, rng):
        """It solves random systems with one right-hand side, small and larger ones."""
        for n in (2, 3, 5, 12):
            A, x = regular(rng, n)[0], rng.normal(size=n)
            assert_solution(learner.solve(A, A @ x), x)

    def test_several_right_hand_sides(self, learner, rng):
        """With right-hand sides as columns of a matrix it gives one solution per column."""
        for n, m in ((4, 2), (3, 5), (3, 3), (4, 1)):
            A, X = regular(rng, n)[0], rng.normal(size=(n, m))
            assert_solution(learner.solve(A, A @ X), X)

    def test_one_unknown(self, learner, rng):
        """A system of one equation works, and the result keeps the shape of b."""
        a, x = rng.uniform(1.0, 2.0, size=2)
        for shape in ((1,), (1, 1), (1, 3)):
            assert_solution(
                learner.solve(np.array([[-a]]), np.full(shape, -a * x)), np.full(shape, x)
            )

    def test_zero_on_the_diagonal(self, learner, rng):
        """A zero where a pivot should be is swapped away, at the start and further down."""
        for order in ([1, 0], [1, 2, 0], [3, 0, 1, 2], [0, 2, 1], [0, 1, 3, 2]):
            n = len(order)
            A, x = rng.uniform(1.0, 2.0) * np.eye(n)[order], rng.normal(size=n)
            assert_solution(learner.solve(A, A @ x), x)
        for n, k in ((2, 0), (4, 0), (4, 1), (5, 3)):
            A, x = with_pivot(rng, n, k, 0.0), rng.normal(size=n)
            assert_solution(learner.solve(A, A @ x), x)

    def test_tiny_pivots(self, learner, rng):
        """It keeps its digits where the number on the diagonal is tiny but not 0."""
        for size in (1e-18, 1e-14, 1e-11, 1e-8):
            for n, k in ((3, 0), (5, 1), (6, 4)):
                A, X = with_pivot(rng, n, k, size), rng.normal(size=(n, 2))
                assert_solution(learner.solve(A, A @ X), X)

    def test_any_scale(self, learner, rng):
        """A regular matrix stays regular when all of it is scaled down or up, by however much."""
        x = rng.uniform(1.0, 2.0, size=5)
        assert_solution(learner.solve(1e-8 * np.eye(5), 1e-8 * x), x)
        assert_solution(learner.solve(1e-8 * np.eye(5), 1e10 * x), 1e18 * x)
        A = dominant(rng, 5)
        for of_A, of_x in ((1e-30, 1.0), (1e30, 1.0), (1.0, 1e30), (1e-20, 1e-20), (1e-40, 1e40)):
            assert_solution(learner.solve(of_A * A, (of_A * A) @ (of_x * x)), of_x * x)

    def test_refuses_a_singular_matrix(self, learner, rng):
        """Singular matrices are an error, exact or up to rounding, even where a solution exists."""
        A, x = dominant(rng, 4), rng.normal(size=4)
        assert_solution(learner.solve(A, A @ x), x)
        for S in singular_matrices(rng):
            with pytest.raises(ValueError):
                learner.solve(S, S @ rng.normal(size=len(S)))

    def test_border_of_singular(self, learner, rng):
        """A pivot is too small at 1e-13 times the largest magnitude in A, wherever it stands."""
        x = rng.uniform(1.0, 2.0, size=3)
        for A in diagonals(4e-13):
            assert_close(learner.solve(A, A @ x), x, atol=1e-2)
        for A in diagonals(2e-14):
            with pytest.raises(ValueError):
                learner.solve(A, A @ x)

    def test_refuses_what_is_not_square(self, learner, rng):
        """More equations than unknowns are an error, and more unknowns than equations too."""
        A, x = dominant(rng, 4), rng.normal(size=4)
        assert_solution(learner.solve(A, A @ x), x)
        for B in (A[:3], A[:2], A[:, :3], A[:, :1], A[:1]):
            with pytest.raises(ValueError):
                learner.solve(B, B @ np.ones(B.shape[1]))

    def test_keeps_inputs(self, learner, rng):
        """Matrix and right-hand side are the same afterwards, even where rows are swapped."""
        A = swapped(rng, 4)
        for shape in ((4,), (4, 3)):
            x = rng.normal(size=shape)
            b = A @ x
            got, A_afterwards, b_afterwards = learner.run(_solution_and_arguments, A, b)
            assert_same(A_afterwards, A, what="the matrix afterwards")
            assert_same(b_afterwards, b, what="the right-hand side afterwards")
            assert_solution(got, x)


def assert_inverse(actual, truth):
    """Compare with the truth, up to 1e-10 of its largest entry."""
    assert_close(actual, truth, rtol=1e-10, atol=1e-10 * float(np.max(np.abs(truth))))


class TestInverse:
    def test_random_matrices(self, learner, rng):
        """It inverts random matrices, small and larger ones."""
        for n in (2, 3, 5, 12):
            A, truth = regular(rng, n)
            assert_inverse(learner.inverse(A), truth)

    def test_one_entry(self, learner, rng):
        """The inverse of a single entry is one over it, as a matrix."""
        a = rng.uniform(2.0, 3.0)
        assert_inverse(learner.inverse(np.array([[-a]])), np.array([[-1 / a]]))

    def test_zero_on_the_diagonal(self, learner, rng):
        """A zero where a pivot should be is swapped away, at the start and further down."""
        for order in ([1, 0], [1, 2, 0], [3, 0, 1, 2], [0, 2, 1], [0, 1, 3, 2]):
            P, a = np.eye(len(order))[order], rng.uniform(1.0, 2.0)
            assert_inverse(learner.inverse(a * P), P.T / a)
        # Here the largest number of the second column stands in the row that is done.
        A, truth = np.array([[0.0, 1.0], [1.0, 3.0]]), np.array([[-3.0, 1.0], [1.0, 0.0]])
        assert_inverse(learner.inverse(a * A), truth / a)
        for n, k in ((2, 0), (4, 0), (4, 1), (5, 3)):
            A = with_pivot(rng, n, k, 0.0)
            truth = np.linalg.inv(A)
            assert_inverse(learner.inverse(A), truth)

    def test_tiny_pivots(self, learner, rng):
        """It keeps its digits where the number on the diagonal is tiny but not 0."""
        for size in (1e-18, 1e-14, 1e-11, 1e-8):
            for n, k in ((3, 0), (5, 1), (6, 4)):
                A = with_pivot(rng, n, k, size)
                truth = np.linalg.inv(A)
                assert_inverse(learner.inverse(A), truth)

    def test_any_scale(self, learner, rng):
        """A regular matrix stays regular when all of it is scaled down or up, by however much."""
        assert_inverse(learner.inverse(1e-8 * np.eye(5)), 1e8 * np.eye(5))
        A = dominant(rng, 5)
        truth = np.linalg.inv(A)
        for scale in (1e-30, 1e-8, 1e8, 1e30):
            assert_inverse(learner.inverse(scale * A), truth / scale)

    def test_refuses_a_singular_matrix(self, learner, rng):
        """Singular matrices are an error, exact or up to rounding, at every scale."""
        A = dominant(rng, 4)
        truth = np.linalg.inv(A)
        assert_inverse(learner.inverse(A), truth)
        for S in singular_matrices(rng):
            with pytest.raises(ValueError):
                learner.inverse(S)

    def test_border_of_singular(self, learner):
        """A pivot is too small at 1e-13 times the largest magnitude in A, wherever it stands."""
        for A in diagonals(4e-13):
            truth = np.linalg.inv(A)
            assert_close(learner.inverse(A), truth)
        for A in diagonals(2e-14):
            with pytest.raises(ValueError):
                learner.inverse(A)

    def test_refuses_what_is_not_square(self, learner, rng):
        """A matrix that is not square is an error, whether it is wide or tall."""
        A = dominant(rng, 4)
        truth = np.linalg.inv(A)
        assert_inverse(learner.inverse(A), truth)
        for B in (A[:3], A[:2], A[:, :3], A[:, :1], A[:1]):
            with pytest.raises(ValueError):
                learner.inverse(B)

    def test_keeps_inputs(self, learner, rng):
        """The matrix is the same afterwards, even where rows are swapped."""
        for n in (3, 4):
            A = swapped(rng, n)
            truth = np.linalg.inv(A)
            assert_inverse(assert_keeps_inputs(learner.inverse, A), truth)


class TestDeterminant:
    def test_random_matrices(self, learner, rng):
        """It is right for random matrices, and changes its sign where two rows are swapped."""
        for n in (2, 3, 4, 6):
            for _ in range(2):
                A = regular(rng, n)[0]
                truth = np.linalg.det(A)
                assert_close(learner.determinant(A), truth)
                A[[0, 1]] = A[[1, 0]]
                assert_close(learner.determinant(A), -truth)

    def test_one_entry(self, learner, rng):
        """The determinant of a single entry is that entry, as one number, with its sign."""
        a = float(rng.uniform(2.0, 3.0))
        assert_close(learner.determinant(np.array([[-a]])), -a)
        assert_close(learner.determinant(np.array([[a]])), a)

    def test_orders_of_rows(self, learner, rng):
        """Each swap of two rows changes the sign, whatever the order of the rows is."""
        a, b, c = rng.uniform(1.0, 2.0, size=3)
        for order in itertools.permutations(range(3)):
            A = np.diag([a, -b, c])[list(order)]
            assert_close(learner.determinant(A), -a * b * c * np.linalg.det(np.eye(3)[list(order)]))
        B = regular(rng, 6)[0]
        for order in (
            [0, 1, 2, 3, 5, 4],
            [1, 0, 2, 3, 4, 5],
            *rng.permuted([range(6)] * 4, axis=1),
        ):
            truth = np.linalg.det(np.eye(6)[order]) * np.linalg.det(B)
            assert_close(learner.determinant(B[order]), truth)

    def test_tiny_pivots(self, learner, rng):
        """It keeps its digits where the number on the diagonal is 0 or tiny."""
        for size in (0.0, 1e-18, 1e-14, 1e-10):
            for n, k in ((3, 0), (5, 1), (6, 3)):
                A = with_pivot(rng, n, k, size)
                truth = np.linalg.det(A)
                assert_close(learner.determinant(A), truth)

    def test_singular_matrices(self, learner, rng):
        """For a singular matrix it is 0, up to rounding, and no error; otherwise it is not 0."""
        A = dominant(rng, 4)
        truth = np.linalg.det(A)
        assert_close(learner.determinant(A), truth)
        for S in singular_matrices(rng):
            lengths = float(np.prod(np.linalg.norm(S, axis=1)))
            assert_close(learner.determinant(S), 0.0, atol=1e-9 * lengths or 1e-12)

    def test_small_numbers(self, learner, rng):
        """A small determinant is not 0: it shrinks with the rows of a regular matrix."""
        assert_close(learner.determinant(1e-8 * np.eye(3)), 1e-24, atol=0.0)
        assert_close(learner.determinant(np.diag([2.0, 1e-10, -3.0])), -6e-10, atol=0.0)
        A = dominant(rng, 3)
        for scale in (1e-20, 1e-8, 1e20):
            truth = np.linalg.det(A) * scale**3
            assert_close(learner.determinant(scale * A), truth, atol=0.0)

    def test_fifty_rows(self, learner, rng):
        """A matrix of 50 rows is quick, which expanding along a row is not."""
        A = dominant(rng, 50) / 4
        A[1, 0] = 1.0
        truth = np.linalg.det(A)
        assert_close(learner.determinant(A), truth)
        A[[0, 1]] = A[[1, 0]]
        assert_close(learner.determinant(A), -truth)

    def test_refuses_what_is_not_square(self, learner, rng):
        """A matrix that is not square is an error, whether it is wide or tall."""
        A = dominant(rng, 4)
        truth = np.linalg.det(A)
        assert_close(learner.determinant(A), truth)
        for B in (A[:3], A[:2], A[:, :3], A[:, :1], A[:1]):
            with pytest.raises(ValueError):
                learner.determinant(B)

    def test_keeps_inputs(self, learner, rng):
        """The matrix is the same afterwards, even where rows are swapped."""
        for n in (3, 4):
            A = swapped(rng, n)
            truth = np.linalg.det(A)
            assert_close(assert_keeps_inputs(learner.determinant, A), truth)


def basis_with(rng, k, d):
    """Return k independent rows of any length and angle, and orthonormal ones of the same span."""
    orthonormal = orthogonal(rng, d)[:k]
    return regular(rng, k)[0] @ orthonormal, orthonormal


class TestProject:
    def test_one_direction(self, learner, rng):
        """On one vector it is the shadow of v, however long that vector is."""
        for d in (2, 3, 8):
            v, b = rng.normal(size=(2, d))
            for length in (0.1, -1.0, 30.0):
                truth = math.fsum(v * b) / math.fsum(b * b) * b
                assert_close(learner.project(v, length * b[np.newaxis]), truth)

    def test_any_basis(self, learner, rng):
        """The basis vectors may have any length and any angle between them."""
        for k, d in ((2, 3), (2, 6), (3, 4), (4, 9)):
            basis, orthonormal = basis_with(rng, k, d)
            v = rng.normal(size=d)
            truth = orthonormal.T @ (orthonormal @ v)
            assert_close(learner.project(v, basis), truth, atol=1e-10)

    def test_orthonormal_basis(self, learner, rng):
        """An orthonormal basis gives the same as any other of the same space."""
        for k, d in ((2, 3), (3, 6)):
            orthonormal, v = orthogonal(rng, d)[:k], rng.normal(size=d)
            truth = orthonormal.T @ (orthonormal @ v)
            assert_close(learner.project(v, orthonormal), truth, atol=1e-10)
            turned = np.flip(orthonormal, axis=0) * -1.0
            assert_close(learner.project(v, turned), truth, atol=1e-10)

    def test_inside_and_at_right_angles(self, learner, rng):
        """A vector in the span stays as it is; one at right angles to all of it becomes 0."""
        basis = basis_with(rng, 3, 7)[0]
        inside = rng.normal(size=3) @ basis
        outside = rng.normal(size=7)
        outside -= np.linalg.pinv(basis) @ (basis @ outside)
        assert_close(learner.project(inside, basis), inside, atol=1e-10)
        assert_close(learner.project(outside, basis), np.zeros(7), atol=1e-10)
        assert_close(learner.project(inside + outside, basis), inside, atol=1e-10)

    def test_whole_space(self, learner, rng):
        """A basis of the whole space gives v itself; without one of its vectors it does not."""
        for d in (2, 4):
            v, basis = rng.normal(size=d), regular(rng, d)[0]
            assert_close(learner.project(v, basis), v, atol=1e-10)
            part = basis[1:]
            truth = part.T @ np.linalg.lstsq(part.T, v, rcond=None)[0]
            assert_close(learner.project(v, part), truth, atol=1e-10)

    def test_any_scale(self, learner, rng):
        """The scale of the basis changes nothing, that of v scales the result."""
        orthonormal, v = orthogonal(rng, 5)[:2], rng.normal(size=5)
        basis = np.array([[2.0, 1.0], [0.0, 1.5]]) @ orthonormal
        truth = orthonormal.T @ (orthonormal @ v)
        for factors in ([1e-12, 1e-12], [1e6, 1e6], [0.1, -3.0]):
            scaled = np.array(factors)[:, np.newaxis] * basis
            assert_close(learner.project(v, scaled), truth, atol=1e-9)
        for factor in (1e-9, -1e9):
            got = learner.project(factor * v, basis)
            assert_close(got, factor * truth, atol=1e-10 * abs(factor))

    def test_nearly_parallel_or_short(self, learner, rng):
        """Every basis vector counts, even one that is short or nearly parallel to another."""
        orthonormal, v = orthogonal(rng, 6)[:3], rng.uniform(1.0, 2.0, size=3)
        a, b, c = orthonormal
        v = v @ orthonormal + orthogonal(rng, 6)[0]
        truth = orthonormal.T @ (orthonormal @ v)
        # Inner products of the basis have a condition of 1e10 here, which may cost six digits.
        for basis in ([a, 1e-5 * b, c], [a, a + 1e-5 * b, c], [1e5 * a, b, b - c]):
            assert_close(learner.project(v, np.array(basis)), truth, atol=1e-3)

    def test_keeps_inputs(self, learner, rng):
        """The vector and the basis are the same afterwards."""
        for k in (1, 3):
            basis, orthonormal = basis_with(rng, k, 5)
            v = rng.normal(size=5)
            truth = orthonormal.T @ (orthonormal @ v)
            assert_close(assert_keeps_inputs(learner.project, v, basis), truth, atol=1e-10)


def assert_basis_of(actual, orthonormal, atol=1e-8):
    """Check orthonormal rows to 1e-10, and that they span the space of given orthonormal rows."""
    assert_orthonormal_rows(actual)
    if np.shape(actual) != orthonormal.shape:
        raise Mismatch(f"the result has {len(actual)} rows; is one too many or too few dropped?")
    assert_same_subspace(actual, orthonormal, atol=atol)


class TestGramSchmidt:
    def test_independent_rows(self, learner, rng):
        """From independent rows it makes orthonormal ones that span the same space."""
        for n, d in ((2, 2), (2, 3), (3, 3), (4, 7), (1, 4)):
            V, orthonormal = basis_with(rng, n, d)
            assert_basis_of(learner.gram_schmidt(V), orthonormal)

    def test_first_row(self, learner, rng):
        """The first row points the same way as the first row of V that is not zero."""
        for n, d, zeros in ((2, 3, 0), (3, 3, 0), (4, 6, 1), (2, 4, 2), (1, 3, 1)):
            for sign in (1.0, -1.0):
                V, orthonormal = basis_with(rng, n, d)
                V *= sign * np.sign(V[0, 0])
                got = learner.gram_schmidt(np.vstack([np.zeros((zeros, d)), V]))
                assert_basis_of(got, orthonormal)
                assert_close(np.asarray(got)[0], V[0] / np.linalg.norm(V[0]), atol=1e-10)

    def test_drops_dependent_rows(self, learner, rng):
        """Rows that depend on those before add nothing, wherever they stand and however many."""
        V, orthonormal = basis_with(rng, 3, 6)
        a, b, c = V
        for rows in (
            [a, a, b, c],
            [a, -3.0 * a, b, a + b, c],
            [a, b, 0.1 * a - 0.7 * b, c, a + b + c, b],
            [a + b, a - b, a, 1e9 * b, c, c / 3],
            [a, 2.0 * a, -a, a / 3, b, a, a - b, -9.0 * a, c],
        ):
            assert_basis_of(learner.gram_schmidt(np.array(rows)), orthonormal)
        assert_basis_of(learner.gram_schmidt(rng.normal(size=(7, 3))), np.eye(3))

    def test_drops_zero_rows(self, learner, rng):
        """Rows of zeros are dropped, in front, between and at the end."""
        V, orthonormal = basis_with(rng, 2, 4)
        zero = np.zeros(4)
        for rows in (
            [V[0], zero, V[1]],
            [zero, *V],
            [*V, zero, zero],
            [zero, V[0], zero, V[1], zero],
        ):
            assert_basis_of(learner.gram_schmidt(np.array(rows)), orthonormal)

    def test_nothing_left(self, learner, rng):
        """If all rows are zero, the result has no rows, but still has its columns."""
        V, orthonormal = basis_with(rng, 1, 3)
        assert_basis_of(learner.gram_schmidt(V), orthonormal)
        for n, d in ((1, 3), (3, 2), (2, 2)):
            assert_close(learner.gram_schmidt(np.zeros((n, d))), np.zeros((0, d)))

    def test_nearly_dependent_rows(self, learner, rng):
        """The rows are at right angles to 1e-10 even where the given ones are nearly dependent."""
        for n, d, rest in ((2, 3, 1e-7), (2, 3, 1e-9), (4, 6, 1e-7), (4, 6, 1e-9)):
            orthonormal = orthogonal(rng, d)[:n]
            mixed = rng.normal(size=n) @ orthonormal
            first = 2.0 * orthonormal[0] + mixed / np.linalg.norm(mixed)
            V = np.vstack([first, first + rest * np.linalg.norm(first) * orthonormal[1:]])
            # Rounding the entries of V alone turns its span by about 1e-16 / rest.
            assert_basis_of(learner.gram_schmidt(V), orthonormal, atol=1e-14 / rest)

    def test_border_of_dependent(self, learner, rng):
        """A row is dropped if less than 1e-10 of its own length is left, and kept if it is more."""
        for length in (1.0, 1e-9, 1e9):
            a, b, c = orthogonal(rng, 5)[:3]
            first = rng.uniform(1.0, 2.0) * a
            for left in (3e-10, 3e-11):
                rows = [first, length * (a + left * b), c]
                truth = np.array([a, b, c] if left > 1e-10 else [a, c])
                # What is left of the second row is only known to 1e-16 of its length.
                assert_basis_of(learner.gram_schmidt(np.array(rows)), truth, atol=1e-4)

    def test_lengths_differ(self, learner, rng):
        """A short row counts as much as a long one."""
        for lengths in ([1e-13, 1e-13, 1e-13], [1e9, 1e-9, 1.0], [1e-9, 1.0, 1e9]):
            V, orthonormal = basis_with(rng, 3, 5)
            V *= np.array(lengths)[:, np.newaxis]
            assert_basis_of(learner.gram_schmidt(V), orthonormal)

    def test_keeps_inputs(self, learner, rng):
        """The matrix is the same afterwards."""
        V, orthonormal = basis_with(rng, 3, 4)
        assert_basis_of(assert_keeps_inputs(learner.gram_schmidt, V), orthonormal)


def table_with(rng, n, d, singular_values):
    """Return a random (n, d) matrix with these singular values, and a unit vector at right angles.

    The vector has inner product 0 with every column (for n > d), so that adding it to the targets
    changes no weight.
    """
    U, V = orthogonal(rng, n), orthogonal(rng, d)
    return U[:, :d] * np.asarray(singular_values) @ V, U[:, -1]


def table_along_an_axis(rng, n, d):
    """Return a table of condition 1e6 whose first column is all but an axis, and a unit vector.

    A Householder mirror that maps this column to the near side of the axis is built from a
    difference in which all digits cancel.
    """
    axis = np.eye(n, 1) + 1e-8 * rng.uniform(1.0, 2.0, size=(n, 1))
    Q = np.linalg.qr(np.hstack([axis, rng.normal(size=(n, d))]))[0]
    R = np.triu(rng.uniform(1.0, 2.0, size=(d, d)), 1) + 1.5 * np.eye(d)
    R[1:] *= 2e-6
    return Q[:, :d] @ R, Q[:, d]


def assert_weights(actual, w, tolerance=1e-7):
    """Compare with the truth, up to a share of its largest entry."""
    assert_close(actual, w, rtol=0.0, atol=tolerance * float(np.max(np.abs(w))))


class TestLeastSquares:
    # In well-conditioned tables a digit or two is left to every method, exact or step by step.
    # What a method cannot do shows in `test_any_unit` and `test_nearly_dependent_columns`.

    def test_finds_the_weights_behind_noise(self, learner, rng):
        """It finds the weights with which targets were made, whatever is at right angles to X."""
        for n, d in ((3, 2), (6, 3), (20, 5)):
            X, rest = table_with(rng, n, d, rng.uniform(2.0, 4.0, size=d))
            w = rng.normal(size=d)
            assert_weights(learner.least_squares(X, X @ w), w)
            assert_weights(learner.least_squares(X, X @ w + 3.0 * rest), w)

    def test_one_column(self, learner, rng):
        """A single weight is the inner product of column and targets over that of the column."""
        x, y = rng.normal(size=(2, 6)) + 1.0
        truth = [math.fsum(x * y) / math.fsum(x * x)]
        assert_weights(learner.least_squares(x[:, np.newaxis], y), truth)

    def test_adds_no_intercept(self, learner, rng):
        """No column of ones is added, and neither X nor y is centred."""
        X, rest = table_with(rng, 8, 2, [3.0, 2.0])
        w = np.array([1.5, -2.0])
        X += 3.0 * rest[:, np.newaxis]  # no column has the mean 0
        y = X @ w + 2.0
        truth = w + 2.0 * np.linalg.solve(X.T @ X, X.sum(axis=0))
        assert_weights(learner.least_squares(X, y), truth)

    def test_as_many_rows_as_columns(self, learner, rng):
        """As many samples as weights are fitted exactly."""
        for n in (1, 2, 5):
            X, w = table_with(rng, n, n, rng.uniform(2.0, 4.0, size=n))[0], rng.normal(size=n)
            assert_weights(learner.least_squares(X, X @ w), w)

    def test_any_unit(self, learner, rng):
        """The units of X and y do not matter."""
        X, rest = table_with(rng, 7, 3, [4.0, 2.0, 1.0])
        w = rng.normal(size=3)
        for unit in (1e-9, 1e9):
            assert_weights(learner.least_squares(unit * X, X @ w + rest), w / unit)
            assert_weights(learner.least_squares(X, unit * (X @ w + rest)), w * unit)
        units = np.array([1e-4, 1.0, 1e4])
        assert_weights(units * learner.least_squares(X * units, X @ w + rest), w, 1e-6)

    # The normal equations miss by 2e-5 as a rule, a QR decomposition by 1e-9 at most. Several
    # tables, since rounding errors may happen to be small in one; and all of them before the first
    # is judged, since in one table two methods may happen to miss by the same.
    @pytest.mark.weight(2)
    def test_nearly_dependent_columns(self, learner, rng):
        """It keeps six digits where the condition number of X is 1e6."""
        tables = [
            table_with(rng, n, d, np.geomspace(1.0, 1e-6, d))
            for n, d in ((12, 3), (30, 6), (9, 4), (20, 2), (12, 3), (15, 5))
        ]
        for n, d in ((12, 3), (6, 2)):
            X, rest = table_along_an_axis(rng, n, d)
            tables += [(X, rest), (-X, rest)]
        weights = [rng.uniform(1.0, 2.0, size=X.shape[1]) for X, _ in tables]
        found = [
            learner.least_squares(X, X @ w + 1e-5 * rest)
            for (X, rest), w in zip(tables, weights, strict=True)
        ]
        for got, w in zip(found, weights, strict=True):
            assert_weights(got, w, 1e-6)

    def test_refuses_too_few_rows(self, learner, rng):
        """Fewer samples than weights are an error; as many, or one more, are not."""
        w = rng.normal(size=4)
        for n in (4, 5):
            X = table_with(rng, n, 4, [4.0, 3.0, 2.0, 1.0])[0]
            assert_weights(learner.least_squares(X, X @ w), w)
        for n in (1, 3):
            with pytest.raises(ValueError):
                learner.least_squares(X[:n], X[:n] @ w)

    def test_keeps_inputs(self, learner, rng):
        """Data and targets are the same afterwards."""
        X, rest = table_with(rng, 6, 3, [3.0, 2.0, 1.0])
        w = rng.normal(size=3)
        assert_weights(assert_keeps_inputs(learner.least_squares, X, X @ w + rest), w)


def ridge_case(rng, shape, penalty):
    """Return X, y and the weights that ridge regression finds, from the factors of X."""
    k = min(shape)
    U, V, s = orthogonal(rng, shape[0])[:k], orthogonal(rng, shape[1])[:k], rng.uniform(1, 3, k)
    y = rng.normal(size=shape[0])
    return (U.T * s) @ V, y, (s / (s**2 + penalty) * (U @ y)) @ V


class TestRidge:
    def test_more_rows_than_columns(self, learner, rng):
        """It finds the least of squared error plus penalty times squared length of w."""
        for shape in ((3, 2), (6, 3), (25, 4), (3, 3)):
            for penalty in (0.1, 1.0, 20.0):
                X, y, w = ridge_case(rng, shape, penalty)
                assert_weights(learner.ridge(X, y, penalty), w)

    def test_fewer_rows_than_columns(self, learner, rng):
        """It works with fewer samples than weights, even with a single one."""
        for shape in ((2, 3), (3, 8), (1, 4)):
            for penalty in (0.01, 2.0):
                X, y, w = ridge_case(rng, shape, penalty)
                assert_weights(learner.ridge(X, y, penalty), w)

    def test_the_penalty_is_no_share(self, learner, rng):
        """Each sample given twice counts twice: then twice the penalty gives the same weights."""
        X, y, w = ridge_case(rng, (5, 3), 1.5)
        assert_weights(learner.ridge(X, y, 1.5), w)
        twice = np.concatenate([X, X]), np.concatenate([y, y])
        assert_weights(learner.ridge(*twice, 3.0), w)

    def test_penalises_every_weight(self, learner, rng):
        """Every weight is penalised alike, that of a column of ones too; nothing is centred."""
        X = np.column_stack([np.ones(6), rng.normal(size=(6, 2))])
        y = rng.normal(size=6) + 5.0
        truth = np.linalg.solve(X.T @ X + 2.0 * np.eye(3), X.T @ y)
        assert_weights(learner.ridge(X, y, 2.0), truth)
        order = [2, 0, 1]
        assert_weights(learner.ridge(X[:, order], y, 2.0), truth[order])

    def test_small_and_large_penalties(self, learner, rng):
        """A tiny penalty leaves the best fit, a huge one nearly nothing."""
        for penalty in (1e-6, 1e6):
            X, y, w = ridge_case(rng, (6, 3), penalty)
            assert_weights(learner.ridge(X, y, penalty), w, 1e-8)

    def test_dependent_columns(self, learner, rng):
        """Two equal columns share their weight evenly."""
        x, y = rng.normal(size=(2, 5)) + 2.0
        weight = math.fsum(x * y) / (2.0 * math.fsum(x * x) + 0.5)
        got = learner.ridge(np.column_stack([x, x]), y, 0.5)
        assert_close(got, [weight, weight])

    @pytest.mark.weight(0.5)
    @pytest.mark.parametrize("penalties", [(0.0,), (-1e-3, -5.0)])
    def test_refuses_a_penalty_that_is_not_positive(self, learner, rng, penalties):
        """A penalty of 0 or below is an error, a small positive one is not."""
        X, y, w = ridge_case(rng, (4, 2), 1e-3)
        assert_weights(learner.ridge(X, y, 1e-3), w)
        X, y, w = ridge_case(rng, (2, 2), 1e-8)
        assert_weights(learner.ridge(X, y, 1e-8), w, 1e-4)  # which costs some methods digits
        for penalty in penalties:
            with pytest.raises(ValueError):
                learner.ridge(X, y, penalty)

    def test_keeps_inputs(self, learner, rng):
        """Data and targets are the same afterwards."""
        for shape in ((5, 3), (2, 4)):
            X, y, w = ridge_case(rng, shape, 0.7)
            assert_weights(assert_keeps_inputs(learner.ridge, X, y, 0.7), w)
