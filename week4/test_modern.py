import numpy as np
import pytest

from kata.comparisons import assert_close, no_floating_point_warnings, unpack


class TestRmsNorm:
    def test_by_hand(self, learner):
        """The squares of 1 and 7 have the mean 25, and its root is 5: what is left is 1/5, 7/5."""
        got = learner.rms_norm(np.array([1.0, 7.0]), np.ones(2), eps=0.0)
        assert_close(got, [0.2, 1.4])

    def test_each_vector_by_itself(self, learner):
        """A vector ten times as long gives the same; the gain comes last."""
        x, gain = np.array([[1.0, -7.0], [10.0, -70.0]]), np.array([5.0, 10.0])
        assert_close(learner.rms_norm(x, gain, 0.0), [[1.0, -14.0], [1.0, -14.0]])

    def test_eps(self, learner):
        """Eps is added to the mean of the squares: 24 and 1 make 25, whose root is 5."""
        x = np.full(3, np.sqrt(24.0))
        assert_close(learner.rms_norm(x, np.full(3, 5.0), eps=1.0), x)


class TestRope:
    def test_a_quarter_turn(self, learner):
        """At position 2 with base 16, the pairs turn by 2 and by 2/4: (1, 0) to cosine and sine."""
        got = learner.rope(np.array([[1.0, 0.0, 1.0, 0.0]]), np.array([2]), base=16.0)
        assert_close(got, [[np.cos(2.0), np.sin(2.0), np.cos(0.5), np.sin(0.5)]])

    def test_an_arrow_upwards(self, learner):
        """An arrow (0, 1) turned counterclockwise by 1 is (-sin 1, cos 1)."""
        got = learner.rope(np.array([[0.0, 1.0]]), np.array([1]))
        assert_close(got, [[-np.sin(1.0), np.cos(1.0)]])

    def test_position_zero(self, learner):
        """At position 0 nothing turns."""
        x = np.array([[3.0, -1.0, 0.5, 2.0], [3.0, -1.0, 0.5, 2.0]])
        assert_close(learner.rope(x, np.array([0, 0])), x)

    def test_refuses_half_a_pair(self, learner):
        """Three entries are no pairs."""
        assert_close(learner.rope(np.ones((1, 2)), np.array([0])), np.ones((1, 2)))
        with pytest.raises(ValueError):
            learner.rope(np.ones((1, 3)), np.array([0]))


class TestSwiglu:
    def test_one_unit(self, learner):
        """A gate of ln 3 lets ln 3 times 3/4 through; times 4 from the other layer: 3 ln 3."""
        x, W_gate, W_up = np.array([[np.log(3.0), 2.0]]), np.array([[1.0, 0.0]]), [[0.0, 2.0]]
        got = learner.swiglu(x, W_gate, np.array(W_up), np.array([[1.0], [0.0]]))
        assert_close(got, [[3 * np.log(3.0), 0.0]])

    def test_a_shut_gate(self, learner):
        """A gate of 0 lets nothing through."""
        W_up, W_down = np.array([[5.0], [7.0]]), np.array([[1.0, 1.0]])
        assert_close(learner.swiglu(np.array([[3.0]]), np.zeros((2, 1)), W_up, W_down), [[0.0]])

    def test_is_stable(self, learner):
        """A gate of 1,000 is open, one of -1,000 shut, and nothing warns."""
        W_gate, W_up = np.array([[1000.0], [-1000.0]]), np.array([[2.0], [3.0]])
        with no_floating_point_warnings():
            got = learner.swiglu(np.array([[1.0]]), W_gate, W_up, np.array([[1.0, 10.0]]))
        assert_close(got, [[2000.0]])


class TestCachedAttention:
    def test_the_first_token(self, learner):
        """Without a cache the token reads its own value."""
        q, k, v = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        empty = np.zeros((0, 2))
        result = learner.cached_attention(q, k, v, empty, empty)
        output, cache_k, cache_v = unpack(result, "output, new_cache_k, new_cache_v")
        assert_close(output, [5.0, 6.0], what="the output")
        assert_close(cache_k, [[3.0, 4.0]], what="new_cache_k")
        assert_close(cache_v, [[5.0, 6.0]], what="new_cache_v")

    def test_three_values(self, learner):
        """A query of 0 finds all keys alike: the mean of the three values, its own included."""
        cache_k, cache_v = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
        result = learner.cached_attention(
            np.zeros(1), np.ones(1), np.array([9.0]), cache_k, cache_v
        )
        output, new_k, new_v = unpack(result, "output, new_cache_k, new_cache_v")
        assert_close(output, [5.0], what="the output")
        assert_close(new_k, [[1.0], [2.0], [1.0]], what="new_cache_k")
        assert_close(new_v, [[2.0], [4.0], [9.0]], what="new_cache_v")

    def test_weights(self, learner):
        """Scores of 4·ln 3 / √4 = ln 9 and of 0 are weights of 0.9 and 0.1."""
        q = np.array([np.log(3.0), 0.0, 0.0, 0.0])
        cache_k, cache_v = np.array([[4.0, 1.0, 1.0, 1.0]]), np.array([[10.0, 0.0, 0.0, 20.0]])
        new_value = np.array([0.0, 10.0, 0.0, 20.0])
        result = learner.cached_attention(q, np.zeros(4), new_value, cache_k, cache_v)
        output, _, _ = unpack(result, "output, new_cache_k, new_cache_v")
        assert_close(output, [9.0, 1.0, 0.0, 20.0], what="the output")
