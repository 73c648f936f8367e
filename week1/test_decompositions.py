import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, assert_same_up_to_sign, unpack

# Small pictures, "#" for 1 and "." for 0: handwritten digits as people first classified them.
DIGIT_ZERO = """
..####..
.#....#.
.#....#.
.#....#.
.#....#.
.#....#.
.#....#.
..####..
"""
MIDDLE_BAR = """
........
........
........
..####..
........
........
........
........
"""


def picture(text):
    """Return a drawn picture as an array of 0 and 1."""
    return np.array([[float(c == "#") for c in line] for line in text.split()])


class TestPowerIteration:
    def test_a_matrix_that_stretches_the_diagonal(self, learner):
        """[[2, 1], [1, 2]] stretches the diagonal (1, 1) by 3 and (1, -1) by only 1."""
        result = learner.power_iteration(np.array([[2.0, 1.0], [1.0, 2.0]]))
        value, vector = unpack(result, "value, vector")
        assert_close(value, 3.0, rtol=1e-8, what="the eigenvalue")
        # Length 1, and either sign is right.
        assert_same_up_to_sign(vector, np.array([1.0, 1.0]) / np.sqrt(2), atol=1e-6)

    def test_the_largest_magnitude_may_be_negative(self, learner):
        """-5 is larger in magnitude than 2, and comes out as -5."""
        result = learner.power_iteration(np.array([[-5.0, 0.0], [0.0, 2.0]]))
        value, vector = unpack(result, "value, vector")
        assert_close(value, -5.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, [1.0, 0.0], atol=1e-6)

    def test_does_not_depend_on_a_lucky_start(self, learner):
        """It finds an eigenvector that sums to 0, and one whose first entry is 0."""
        result = learner.power_iteration(np.array([[2.0, -1.0], [-1.0, 2.0]]))
        value, vector = unpack(result, "value, vector")
        assert_close(value, 3.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, np.array([1.0, -1.0]) / np.sqrt(2), atol=1e-6)
        value, vector = unpack(learner.power_iteration(np.diag([0.95, 1.0])), "value, vector")
        assert_close(value, 1.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, [0.0, 1.0], atol=1e-6)

    def test_multiplying_by_the_matrix_only_stretches(self, learner):
        """A v is the same as the eigenvalue times v."""
        A = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 1.0]])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(np.linalg.norm(vector), 1.0, rtol=1e-8, what="the length of the vector")
        assert_close(A @ vector, value * np.asarray(vector), atol=1e-5, what="A v")


class TestCovariance:
    def test_one_column_is_its_variance(self, learner):
        """The covariance of one column is its variance, divided by n - 1."""
        assert_close(learner.covariance(np.array([[1.0], [3.0]])), [[2.0]])

    def test_two_columns_that_go_opposite_ways(self, learner):
        """Where one column rises and the other falls, the entry off the diagonal is negative."""
        X = np.array([[1.0, 4.0], [2.0, 2.0], [3.0, 0.0]])  # centred: -1, 0, 1 and 2, 0, -2
        assert_close(learner.covariance(X), [[1.0, -2.0], [-2.0, 4.0]])

    def test_refuses_one_sample(self, learner):
        """One sample does not vary, so it is an error; two samples are fine."""
        X = np.array([[1.0, 2.0], [3.0, 6.0]])
        assert_close(learner.covariance(X), [[2.0, 4.0], [4.0, 8.0]])
        with pytest.raises(ValueError):
            learner.covariance(X[:1])


class TestPca:
    def test_points_on_a_line(self, learner):
        """Points on a line vary along that line only."""
        # From the middle point, the others are 5 away: (25 + 0 + 25) / (3 - 1) = 25.
        X = np.array([[1.0, 1.0], [4.0, 5.0], [7.0, 9.0]])
        components, variance = unpack(learner.pca(X, 1), "components, variance")
        assert_same_up_to_sign(components, [[0.6, 0.8]], what="components")
        assert_close(variance, [25.0], what="explained variance")

    def test_the_direction_of_largest_variance_comes_first(self, learner):
        """The direction of largest variance comes first, wherever the data lies."""
        around = np.array([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0], [-1.0, 0.0]])
        X = around + np.array([20.0, 10.0])
        components, variance = unpack(learner.pca(X, 2), "components, variance")
        assert_same_up_to_sign(components, [[0.0, 1.0], [1.0, 0.0]], what="components")
        assert_close(variance, [18 / 3, 2 / 3], what="explained variance")

    def test_digits_that_differ_by_one_stroke(self, learner):
        """Pictures between a 0 and an 8 vary along one direction: the bar in the middle."""
        zero, bar = picture(DIGIT_ZERO).ravel(), picture(MIDDLE_BAR).ravel()
        X = np.array([zero + ink * bar for ink in (0.0, 0.25, 0.75, 1.0)])  # (4, 64)
        components, variance = unpack(learner.pca(X, 1), "components, variance")
        assert_same_up_to_sign(components, [bar / 2], what="components")  # 4 pixels: length 2
        assert_close(variance, [4 * 0.625 / 3], what="explained variance")

    def test_one_feature(self, learner):
        """A single feature has one direction, and its variance is that of the column."""
        components, variance = unpack(
            learner.pca(np.array([[1.0], [3.0]]), 1), "components, variance"
        )
        assert_same_up_to_sign(components, [[1.0]], what="components")
        assert_close(variance, [2.0], what="explained variance")

    def test_refuses_a_third_direction_in_the_plane(self, learner):
        """Two features have one or two components: 0 or 3 are an error."""
        X = np.array([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0], [-1.0, 0.0]])
        _, variance = unpack(learner.pca(X, 2), "components, variance")
        assert_close(variance, [18 / 3, 2 / 3], what="explained variance")
        for n_components in (0, 3):
            with pytest.raises(ValueError):
                learner.pca(X, n_components)

    def test_refuses_more_components_than_samples(self, learner):
        """Two samples of three features have two components at most: 3 are an error."""
        X = np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0]])
        components, variance = unpack(learner.pca(X, 1), "components, variance")
        assert_same_up_to_sign(components, [[1 / 3, 2 / 3, 2 / 3]], what="components")
        assert_close(variance, [4.5], what="explained variance")
        with pytest.raises(ValueError):
            learner.pca(X, 3)


class TestExplainedVarianceRatio:
    def test_a_cross(self, learner):
        """A cross of half-widths 2 and 1 varies 4 to 1 along its two bars."""
        X = np.array([[0.0, 1.0], [0.0, -1.0], [2.0, 0.0], [-2.0, 0.0]])
        assert_close(learner.explained_variance_ratio(X), [0.8, 0.2])

    def test_points_on_a_line(self, learner):
        """One direction explains everything where the points lie on a line."""
        X = np.array([[1.0, 1.0], [4.0, 5.0], [7.0, 9.0]])
        assert_close(learner.explained_variance_ratio(X), [1.0, 0.0], atol=1e-9)

    def test_two_pictures_have_two_shares(self, learner):
        """There are min(n, d) shares: 2 for two pictures of three pixels."""
        X = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        assert_close(learner.explained_variance_ratio(X), [1.0, 0.0], atol=1e-9)

    def test_one_feature(self, learner):
        """A single feature explains everything: one share, of 1."""
        assert_close(learner.explained_variance_ratio(np.array([[1.0], [3.0]])), [1.0])


class TestPcaTransform:
    def test_one_direction(self, learner):
        """A coordinate is how far a sample lies from the mean along the direction."""
        X = np.array([[4.0, 5.0], [1.0, 1.0], [5.0, -2.0]])  # the last at a right angle
        result = learner.pca_transform(X, np.array([1.0, 1.0]), np.array([[0.6, 0.8]]))
        assert_close(result, [[5.0], [0.0], [0.0]])

    def test_two_directions(self, learner):
        """Each row of the components gives one column of coordinates."""
        components = np.array([[0.6, 0.8], [-0.8, 0.6]])
        X = np.array([[11.0, 20.0], [1.0, 30.0]])
        result = learner.pca_transform(X, np.array([1.0, 20.0]), components)
        assert_close(result, [[6.0, -8.0], [8.0, 6.0]])


class TestPcaReconstruct:
    def test_one_direction(self, learner):
        """A sample is the mean plus its coordinate times the direction."""
        Z = np.array([[5.0], [0.0]])
        result = learner.pca_reconstruct(Z, np.array([1.0, 1.0]), np.array([[0.6, 0.8]]))
        assert_close(result, [[4.0, 5.0], [1.0, 1.0]])

    def test_two_directions(self, learner):
        """Each coordinate goes along its own row of the components; one sample stays a row."""
        components = np.array([[0.6, 0.8], [-0.8, 0.6]])
        Z = np.array([[6.0, -8.0]])
        result = learner.pca_reconstruct(Z, np.array([1.0, 20.0]), components)
        assert_close(result, [[11.0, 20.0]])

    def test_one_number_draws_a_digit(self, learner):
        """Between a 0 and an 8, one number draws the whole picture of 64 pixels."""
        zero, bar = picture(DIGIT_ZERO).ravel(), picture(MIDDLE_BAR).ravel()
        mean = zero + 0.5 * bar
        eight, ghost = learner.pca_reconstruct(np.array([[1.0], [-0.5]]), mean, np.array([bar / 2]))
        assert_close(eight, zero + bar, what="the 8")
        assert_close(ghost, zero + 0.25 * bar, what="the 0 with a faint bar")


class TestLowRank:
    def test_keeps_the_largest(self, learner):
        """Of diag(3, 1, 2), rank 2 keeps 3 and 2."""
        result = learner.low_rank(np.diag([3.0, 1.0, 2.0]), 2)
        assert_close(result, np.diag([3.0, 0.0, 2.0]), atol=1e-6)

    def test_rows_and_columns(self, learner):
        """Of a matrix that is not symmetric too, the larger entry stays where it is."""
        W = np.array([[0.0, 2.0, 0.0], [-3.0, 0.0, 0.0]])
        assert_close(learner.low_rank(W, 1), [[0.0, 0.0, 0.0], [-3.0, 0.0, 0.0]], atol=1e-6)
        assert_close(learner.low_rank(np.diag([-3.0, 2.0]), 1), np.diag([-3.0, 0.0]), atol=1e-6)
        W = np.array([[0.0, 2.0], [3.0, 0.0]])
        assert_close(learner.low_rank(W, 1), [[0.0, 0.0], [3.0, 0.0]], atol=1e-6)

    def test_a_picture_of_stripes_has_rank_one(self, learner):
        """Stripes are one row, repeated: rank 1 keeps them whole, rank 0 nothing."""
        stripes = np.tile([1.0, 0.0, 0.0, 0.5], (6, 1))
        assert_close(learner.low_rank(stripes, 1), stripes, atol=1e-6, what="rank 1")
        assert_close(learner.low_rank(stripes, 0), np.zeros((6, 4)), what="rank 0")

    def test_refuses_a_rank_above_the_smaller_side(self, learner):
        """A matrix of 2 rows, or of 2 columns, has rank 2 at most: 3 is an error, and so is -1."""
        W = np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
        assert_close(learner.low_rank(W, 2), W, atol=1e-6)
        for rank in (3, -1):
            with pytest.raises(ValueError):
                learner.low_rank(W, rank)
            with pytest.raises(ValueError):
                learner.low_rank(W.T, rank)


class TestLowRankError:
    def test_a_diagonal_matrix(self, learner):
        """Of diag(3, 4), rank 1 keeps 4 and misses 3: 3 of a length of 5."""
        W = np.diag([3.0, 4.0])
        assert_close(learner.low_rank_error(W, 1), 0.6)
        assert_close(learner.low_rank_error(W, 0), 1.0)

    def test_full_rank(self, learner):
        """At full rank nothing is missed: the error is 0 but for rounding, and not nan."""
        W = np.array([[0.1, 0.7, 0.3], [0.2, 0.5, 0.9]])
        assert_close(learner.low_rank_error(W, 2), 0.0, atol=1e-12)

    def test_little_is_missed(self, learner):
        """Where 1 in 10 million is missed, the error says so to many digits."""
        assert_close(learner.low_rank_error(np.diag([1.0, 1e-7]), 1), 1e-7, atol=1e-12)

    def test_a_zero_matrix(self, learner):
        """Of a zero matrix nothing is missed, and nothing is divided by zero."""
        assert_close(learner.low_rank_error(np.zeros((2, 2)), 1), 0.0)
        assert_close(learner.low_rank_error(np.ones((2, 2)), 0), 1.0)

    def test_refuses_a_rank_above_the_smaller_side(self, learner):
        """A matrix of 3 columns has rank 3 at most: 4 is an error."""
        W = np.vstack([np.diag([2.0, 3.0, 6.0]), np.zeros((2, 3))])
        assert_close(learner.low_rank_error(W, 2), 2 / 7)
        with pytest.raises(ValueError):
            learner.low_rank_error(W, 4)


class TestConditionNumber:
    def test_largest_over_smallest(self, learner):
        """The matrix diag(2, -8) stretches by 8 and by 2: its condition number is 4."""
        assert_close(learner.condition_number(np.diag([2.0, -8.0])), 4.0)

    def test_is_not_about_eigenvalues(self, learner):
        """A shear has only the eigenvalue 1, but stretches: its number is (3 + √5) / 2."""
        shear = np.array([[1.0, 1.0], [0.0, 1.0]])
        assert_close(learner.condition_number(shear), (3.0 + np.sqrt(5.0)) / 2.0)

    def test_any_shape(self, learner):
        """A matrix need not be square: 3 rows and 2 columns have 2 singular values."""
        A = np.array([[0.0, 3.0], [0.5, 0.0], [0.0, 0.0]])
        assert_close(learner.condition_number(A), 6.0)
        assert_close(learner.condition_number(A.T), 6.0)

    def test_flattens(self, learner):
        """It is inf where a direction is squashed to nothing, or to less than rounding shows."""
        assert_close(learner.condition_number(np.diag([1.0, 0.0])), np.inf)
        assert_close(learner.condition_number(np.diag([1e3, 1e-14])), np.inf)
        assert_close(learner.condition_number(np.diag([1e3, 1e-6])), 1e9)


class TestLoraForward:
    def test_by_hand(self, learner):
        """The frozen layer and the detour through one number are added."""
        x, W = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        A, B = np.array([[1.0, 1.0]]), np.array([[10.0], [0.0], [-1.0]])
        # x Wᵀ = (1, 2, 3); x Aᵀ = 3, times Bᵀ = (30, 0, -3); alpha / r = 2.
        assert_close(learner.lora_forward(x, W, A, B, 2.0), [[61.0, 2.0, -3.0]])

    def test_alpha_is_divided_by_the_rank(self, learner):
        """With r = 2, alpha = 3 means a factor of 1.5."""
        x, A, B = np.array([[2.0, 4.0]]), np.eye(2), np.eye(2)
        assert_close(learner.lora_forward(x, np.zeros((2, 2)), A, B, 3.0), [[3.0, 6.0]])

    def test_a_batch_of_texts(self, learner):
        """Any axes in front are kept, and A, which comes first, is not mixed up with B."""
        x = np.array([[[1.0, 2.0]], [[3.0, 4.0]]])  # (2, 1, 2)
        A, B = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [2.0, 1.0]])
        # The rows of x Aᵀ are (3, 2) and (7, 4), times Bᵀ (3, 8) and (7, 18).
        result = learner.lora_forward(x, np.zeros((2, 2)), A, B, 2.0)
        assert_close(result, [[[3.0, 8.0]], [[7.0, 18.0]]])

    def test_goes_through_the_few_numbers(self, learner):
        """Inputs meet A first: B A is never formed, which would be large and here overflows."""
        x, A, B = np.array([[1e-200]]), np.array([[1e200]]), np.array([[1e200]])
        assert_close(learner.lora_forward(x, np.zeros((1, 1)), A, B, 1.0), [[1e200]])

    def test_training_starts_from_the_frozen_layer(self, learner):
        """B starts at zero, so that at first nothing has changed."""
        x, W = np.array([1.0, -1.0]), np.array([[2.0, 5.0], [1.0, 0.0]])
        result = learner.lora_forward(x, W, np.ones((3, 2)), np.zeros((2, 3)), 16.0)
        assert_close(result, [-3.0, 1.0])


class TestLoraParameterCount:
    def test_a_small_layer(self, learner):
        """A layer from 3 to 5 numbers with rank 2: A has 6 entries and B has 10."""
        assert_close(learner.lora_parameter_count(d_out=5, d_in=3, rank=2), 16.0)

    def test_rank_16_of_a_gpt_2_weight(self, learner):
        """Rank 16 of a 768 x 768 weight is 24,576 numbers, instead of 589,824."""
        assert_close(learner.lora_parameter_count(768, 768, 16), 24576.0)


class TestQuantizeInt8:
    def test_largest_becomes_127(self, learner):
        """The largest magnitude of a row becomes 127 or -127, the rest is rounded."""
        W = np.array([[127.0, -50.4, 0.0], [6.3, 25.4, -3.1]])
        q, scale = unpack(learner.quantize_int8(W), "q, scale")
        assert_same(q, [[127, -50, 0], [32, 127, -16]], what="q")
        assert_close(scale, [1.0, 0.2], what="scale")

    def test_is_int8(self, learner):
        """Each number of q takes one byte: its dtype is int8."""
        q, _ = unpack(learner.quantize_int8(np.array([[1.0, -2.0]])), "q, scale")
        assert_same(q, [[64, -127]], what="q")
        assert_same(str(np.asarray(q).dtype), "int8", what="the dtype of q")

    def test_halves_go_to_even(self, learner):
        """Of two nearest integers the even one is taken: 0.5 to 0, 1.5 to 2, -2.5 to -2."""
        W = np.array([[0.5, 1.5, -2.5, 127.0]])
        q, _ = unpack(learner.quantize_int8(W), "q, scale")
        assert_same(q, [[0, 2, -2, 127]], what="q")

    def test_a_row_of_zeros(self, learner):
        """A row of zeros has the scale 1, and stays zeros."""
        q, scale = unpack(learner.quantize_int8(np.array([[0.0, 0.0], [254.0, 2.0]])), "q, scale")
        assert_same(q, [[0, 0], [127, 1]], what="q")
        assert_close(scale, [1.0, 2.0], what="scale")


class TestDequantize:
    def test_each_row_has_its_scale(self, learner):
        """Steps of 0.5 in the first row and of 2 in the second: 127 is 63.5 and 254."""
        q = np.array([[127, -2], [4, 127]], dtype=np.int8)
        result = learner.dequantize(q, np.array([0.5, 2.0]))
        assert_close(result, [[63.5, -1.0], [8.0, 254.0]])

    def test_one_row(self, learner):
        """One row of three numbers has one scale."""
        q = np.array([[127, 0, -64]], dtype=np.int8)
        assert_close(learner.dequantize(q, np.array([0.1])), [[12.7, 0.0, -6.4]])
