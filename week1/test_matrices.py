import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    assert_orthonormal_rows,
    assert_same_subspace,
)


def _transposed_before_a_change(module, A):
    """Return the transpose of A, after A itself was changed."""
    result = module.transpose(A)
    A[0, 0] = 99.0
    return result


class TestMatmul:
    def test_rows_meet_columns(self, learner):
        """Row (1, 2, 3) meets column (7, 9, 11): 1·7 + 2·9 + 3·11 = 58 is the first entry."""
        A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        B = np.array([[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]])
        assert_close(learner.matmul(A, B), [[58.0, 64.0], [139.0, 154.0]])

    def test_order_matters(self, learner):
        """Mirroring and then turning is not turning and then mirroring: A B is not B A."""
        mirror, turn = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, -1.0], [1.0, 0.0]])
        assert_close(learner.matmul(turn, mirror), [[0.0, 1.0], [1.0, 0.0]])
        assert_close(learner.matmul(mirror, turn), [[0.0, -1.0], [-1.0, 0.0]])

    def test_two_layers_are_one(self, learner):
        """Without an activation between them two layers, 2 → 3 → 1, are one matrix of 2 → 1."""
        first = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
        second = np.array([[0.5, 2.0, -1.0]])
        assert_close(learner.matmul(second, first), [[-0.5, 3.0]])

    def test_refuses_a_mismatch(self, learner):
        """Two columns do not match three rows, and one row is not stretched to two columns."""
        A = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close(learner.matmul(A, np.array([[1.0], [10.0]])), [[21.0], [43.0]])
        with pytest.raises(ValueError):
            learner.matmul(A, np.ones((3, 2)))
        with pytest.raises(ValueError):
            learner.matmul(A, np.ones((1, 2)))


class TestTranspose:
    def test_rows_become_columns(self, learner):
        """A matrix of 2 rows and 3 columns becomes one of 3 rows and 2 columns."""
        A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        assert_close(learner.transpose(A), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])

    def test_square_matrix(self, learner):
        """A square matrix is mirrored at its diagonal, and the original stays as it is."""
        A = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close(assert_keeps_inputs(learner.transpose, A), [[1.0, 3.0], [2.0, 4.0]])

    def test_is_no_view(self, learner):
        """A later change of A does not show in the result."""
        A = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close(learner.run(_transposed_before_a_change, A), [[1.0, 3.0], [2.0, 4.0]])

    def test_a_single_row(self, learner):
        """A single row becomes a column, not a vector, and is no view either."""
        A = np.array([[0.1, 0.2, 0.3]])
        column = [[0.1], [0.2], [0.3]]
        assert_close(learner.transpose(A), column)
        assert_close(learner.run(_transposed_before_a_change, A), column)


class TestSolve:
    def test_two_equations(self, learner):
        """2x + y = 5 and x + 3y = 10 have the solution x = 1, y = 3."""
        A, b = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([5.0, 10.0])
        assert_close(learner.solve(A, b), [1.0, 3.0])

    def test_needs_swaps(self, learner):
        """A zero or a small number on the diagonal calls for the row with the largest magnitude."""
        b = np.array([1.0, 2.0])
        for small in (0.0, 1e-20, 1e-10):
            assert_close(learner.solve(np.array([[small, 1.0], [1.0, 1.0]]), b), [1.0, 1.0])
        A, b = np.array([[1e-20, 1.0], [-1.0, 1.0]]), np.array([1.0, 0.0])
        assert_close(learner.solve(A, b), [1.0, 1.0])

    def test_right_hand_sides_in_columns(self, learner):
        """With three right-hand sides as columns it gives three solutions as columns."""
        A = np.array([[0.0, 2.0], [4.0, 0.0]])
        B = np.array([[2.0, 4.0, 0.0], [4.0, 0.0, 8.0]])
        assert_close(learner.solve(A, B), [[1.0, 0.0, 2.0], [1.0, 2.0, 0.0]])

    def test_refuses_singular_matrices(self, learner):
        """Two parallel lines are a ValueError; 1e-20 times the identity is a good matrix."""
        b = np.array([1.0, 2.0])
        assert_close(learner.solve(1e-20 * np.eye(2), b), [1e20, 2e20])
        with pytest.raises(ValueError):
            learner.solve(np.array([[1.0, 2.0], [2.0, 4.0]]), b)
        with pytest.raises(ValueError):
            learner.solve(np.eye(2, 3), b)

    def test_refuses_what_rounding_saves(self, learner):
        """1 to 9 in rows is singular, although rounding leaves it a pivot of about 1e-16."""
        A, b = np.arange(1.0, 10.0).reshape(3, 3), np.ones(3)
        assert_close(learner.solve(A + np.eye(3), b), [-5.0, -0.5, 4.0])
        with pytest.raises(ValueError):
            learner.solve(A, b)


class TestInverse:
    def test_undoes_the_matrix(self, learner):
        """The inverse of [[2, 1], [1, 1]] is [[1, -1], [-1, 2]]: their product is the identity."""
        A = np.array([[2.0, 1.0], [1.0, 1.0]])
        assert_close(learner.inverse(A), [[1.0, -1.0], [-1.0, 2.0]])

    def test_needs_swaps(self, learner):
        """What sends entry 1 to 2, 2 to 3 and 3 to 1 is undone by the way back."""
        A = np.array([[0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
        expected = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.25], [0.5, 0.0, 0.0]]
        assert_close(learner.inverse(A), expected)

    def test_swaps_small_numbers_away(self, learner):
        """A small number on the diagonal calls for a swap, else digits are lost."""
        A = np.array([[1e-10, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 2.0]])
        expected = [[-0.5, 1.0, -0.5], [1.0, 0.0, 0.0], [-0.5, 0.0, 0.5]]
        assert_close(learner.inverse(A), expected, atol=1e-9)

    def test_refuses_what_has_no_inverse(self, learner):
        """A matrix that squashes the plane onto a line has no inverse, nor has one of 2 by 3."""
        assert_close(learner.inverse(1e-20 * np.eye(2)), 1e20 * np.eye(2))
        with pytest.raises(ValueError):
            learner.inverse(np.array([[1.0, 2.0], [2.0, 4.0]]))
        with pytest.raises(ValueError):
            learner.inverse(np.eye(2, 3))

    def test_refuses_what_rounding_saves(self, learner):
        """1 to 9 in rows is singular, although rounding leaves it a pivot of about 1e-16."""
        assert_close(learner.inverse(np.array([[0.5]])), [[2.0]])
        with pytest.raises(ValueError):
            learner.inverse(np.arange(1.0, 10.0).reshape(3, 3))


class TestDeterminant:
    def test_two_rows(self, learner):
        """It is the area of the parallelogram of the rows: 3·2 - 1·4 = 2."""
        assert_close(learner.determinant(np.array([[3.0, 1.0], [4.0, 2.0]])), 2.0)

    def test_three_rows(self, learner):
        """A box of 2 by 3 by 4 has volume 24, and a slanted one of equal height too."""
        assert_close(learner.determinant(np.diag([2.0, 3.0, 4.0])), 24.0)
        slanted = np.array([[2.0, 5.0, 7.0], [0.0, 3.0, 9.0], [0.0, 0.0, 4.0]])
        assert_close(learner.determinant(slanted), 24.0)

    def test_swaps_change_the_sign(self, learner):
        """One swap of rows mirrors space, two swaps turn it back."""
        assert_close(learner.determinant(np.eye(3)[[1, 0, 2]]), -1.0)
        assert_close(learner.determinant(np.eye(3)[[1, 2, 0]]), 1.0)

    def test_singular_is_zero_and_not_square_an_error(self, learner):
        """Parallel rows span no area: 0. For a matrix of 2 by 3 there is no determinant."""
        assert_close(learner.determinant(np.array([[1.0, 2.0], [2.0, 4.0]])), 0.0)
        assert_close(learner.determinant(np.array([[0.0, 1.0], [0.0, 2.0]])), 0.0)
        assert_close(learner.determinant(np.array([[1.0, 2.0], [3.0, 4.0]])), -2.0)
        with pytest.raises(ValueError):
            learner.determinant(np.ones((2, 3)))

    def test_small_is_not_singular(self, learner):
        """The area of a tiny square is tiny, and not 0; a tiny pivot is swapped away."""
        assert_close(learner.determinant(1e-10 * np.eye(2)), 1e-20, atol=0.0)
        A = np.array([[1e-20, 1.0, 1.0], [1.0, 1.0, 2.0], [1.0, 2.0, 1.0]])
        assert_close(learner.determinant(A), 2.0)

    def test_twenty_rows(self, learner):
        """Ones with 2 on the diagonal have determinant n + 1; 20 rows take no time."""
        assert_close(learner.determinant(np.ones((20, 20)) + np.eye(20)), 21.0)


class TestProject:
    def test_onto_one_direction(self, learner):
        """The shadow of (3, 1) on the direction (1, 1) is (2, 2), and so on (-5, -5)."""
        v = np.array([3.0, 1.0])
        assert_close(learner.project(v, np.array([[1.0, 1.0]])), [2.0, 2.0])
        assert_close(learner.project(v, np.array([[-5.0, -5.0]])), [2.0, 2.0])

    def test_basis_at_an_angle(self, learner):
        """The rows (1, 0, 0) and (1, 1, 0) span the floor: the projection only loses its height."""
        basis = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
        assert_close(learner.project(np.array([2.0, 3.0, 4.0]), basis), [2.0, 3.0, 0.0])

    def test_fits_a_line(self, learner):
        """Onto a constant and a slope it is a regression line: 1, 2, 2, 5 becomes 0.7 + 1.2 t."""
        basis = np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 2.0, 3.0]])
        v = np.array([1.0, 2.0, 2.0, 5.0])
        assert_close(learner.project(v, basis), [0.7, 1.9, 3.1, 4.3])


class TestGramSchmidt:
    def test_three_four_five(self, learner):
        """From (3, 4) and (1, 0) come (0.6, 0.8) and a unit row at right angles to it."""
        got = learner.gram_schmidt(np.array([[3.0, 4.0], [1.0, 0.0]]))
        assert_orthonormal_rows(got)
        assert_close(got[0], [0.6, 0.8])
        assert_close(np.abs(got), [[0.6, 0.8], [0.8, 0.6]])

    def test_drops_dependent_rows(self, learner):
        """Zeros, multiples and sums of rows before add nothing: two rows are left of five."""
        V = np.array([[0, 0, 0], [0, 2, 0], [0, -6, 0], [0, 1, 1], [0, 0, 3]], dtype=float)
        got = learner.gram_schmidt(V)
        assert_close(np.abs(got), [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        assert_close(got[0], [0.0, 1.0, 0.0])

    def test_nothing_left(self, learner):
        """Of zeros no row is left, but the columns are: the shape is (0, 3)."""
        assert_close(learner.gram_schmidt(np.array([[0.0, 0.0, 5.0]])), [[0.0, 0.0, 1.0]])
        assert_close(learner.gram_schmidt(np.zeros((2, 3))), np.zeros((0, 3)))

    def test_nearly_dependent_rows(self, learner):
        """Three rows that differ by 1e-8 still give right angles, to 1e-10."""
        V = np.hstack([np.ones((3, 1)), 1e-8 * np.eye(3)])
        got = learner.gram_schmidt(V)
        assert_orthonormal_rows(got)
        assert_same_subspace(got, V, atol=1e-6)

    def test_each_row_is_judged_by_its_own_length(self, learner):
        """A short row counts in full; of (0.3, 0.6, 0.9) beside (0.1, 0.2, 0.3) nothing is left."""
        got = learner.gram_schmidt(np.array([[1e6, 0.0], [1e-12, 1e-12]]))
        assert_close(np.abs(got), [[1.0, 0.0], [0.0, 1.0]])
        got = learner.gram_schmidt(np.array([[0.1, 0.2, 0.3], [0.3, 0.6, 0.9]]))
        assert_close(got, [np.array([1.0, 2.0, 3.0]) / np.sqrt(14)])


class TestLeastSquares:
    def test_a_line_through_three_points(self, learner):
        """The line that fits 0, 0, 3 at the places 0, 1, 2 best is -0.5 + 1.5 t."""
        X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
        assert_close(learner.least_squares(X, np.array([0.0, 0.0, 3.0])), [-0.5, 1.5])

    def test_one_column(self, learner):
        """With the single column 1, 1, 1, 1 the best weight is the mean of y."""
        assert_close(learner.least_squares(np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 10.0])), [4.0])

    def test_as_many_rows_as_columns(self, learner):
        """Two equations for two weights are fitted exactly."""
        X = np.array([[0.0, 2.0], [4.0, 1.0]])
        assert_close(learner.least_squares(X, np.array([6.0, 7.0])), [1.0, 3.0])

    def test_nearly_equal_columns(self, learner):
        """With columns that differ by a millionth w is right to 1e-6, where XᵀX is too coarse."""
        X = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-6], [1.0, 1.0]])
        y = np.array([3.0, 3.0 + 2e-6, 3.0])
        assert_close(learner.least_squares(X, y), [1.0, 2.0], rtol=1e-6)

    def test_refuses_too_few_rows(self, learner):
        """One equation does not settle two weights: a ValueError."""
        assert_close(learner.least_squares(np.array([[2.0]]), np.array([6.0])), [3.0])
        with pytest.raises(ValueError):
            learner.least_squares(np.array([[2.0, 1.0]]), np.array([6.0]))


class TestRidge:
    def test_one_weight(self, learner):
        """With x = 3, y = 6 and penalty 1 it is 3·6 / (3·3 + 1) = 1.8, a little less than 2."""
        assert_close(learner.ridge(np.array([[3.0]]), np.array([6.0]), 1.0), [1.8])

    def test_two_weights(self, learner):
        """The penalty joins each diagonal entry of XᵀX: 2 / (1 + 1) = 1 and 8 / (4 + 1) = 1.6."""
        X = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
        assert_close(learner.ridge(X, np.array([2.0, 4.0, 9.0]), penalty=1.0), [1.0, 1.6])

    def test_fewer_rows_than_columns(self, learner):
        """One equation, a + b = 4, with penalty 2 gives a = b = 1."""
        assert_close(learner.ridge(np.array([[1.0, 1.0]]), np.array([4.0]), 2.0), [1.0, 1.0])

    def test_refuses_a_penalty_that_is_not_positive(self, learner):
        """A penalty of 0 or below is a ValueError; 0.5 is not."""
        X, y = np.array([[1.0]]), np.array([3.0])
        assert_close(learner.ridge(X, y, 0.5), [2.0])
        for penalty in (0.0, -1.0):
            with pytest.raises(ValueError):
                learner.ridge(X, y, penalty)
