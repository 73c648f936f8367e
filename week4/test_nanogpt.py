import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, no_floating_point_warnings


def idle_block(d):
    """Return parameters of a block that adds nothing to x: all weights are 0."""
    return {
        "ln1_gain": np.ones(d),
        "ln1_bias": np.zeros(d),
        "W_qkv": np.zeros((3 * d, d)),
        "b_qkv": np.zeros(3 * d),
        "W_out": np.zeros((d, d)),
        "b_out": np.zeros(d),
        "ln2_gain": np.ones(d),
        "ln2_bias": np.zeros(d),
        "W_fc": np.zeros((4 * d, d)),
        "b_fc": np.zeros(4 * d),
        "W_proj": np.zeros((d, 4 * d)),
        "b_proj": np.zeros(d),
    }


def small_gpt():
    """Return a GPT for three tokens and up to four positions that attends evenly, and no more."""
    block = idle_block(2)
    block["W_qkv"][4:] = np.eye(2)  # values are what was normalised; queries and keys are 0
    block["W_out"] = np.eye(2)
    return {
        "wte": np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
        "wpe": np.zeros((4, 2)),
        "blocks": [block],
        "lnf_gain": np.ones(2),
        "lnf_bias": np.zeros(2),
    }


def stubborn_gpt():
    """Return a GPT that expects tokens 0, 1, 2 with 1/4, 1/2, 1/4, whatever it reads."""
    return {
        "wte": np.array([[0.0, 1.0], [np.log(2.0), 1.0], [0.0, 1.0]]),
        "wpe": np.zeros((4, 2)),
        "blocks": [idle_block(2)],
        "lnf_gain": np.zeros(2),
        "lnf_bias": np.array([1.0, 0.0]),
    }


def sure_gpt(wpe):
    """Return a GPT that is sure of one token: the last it reads, or, if `wpe` is large, its place.

    There are four tokens and four places.
    """
    return {
        "wte": np.eye(4),
        "wpe": wpe * np.eye(4),
        "blocks": [],
        "lnf_gain": np.full(4, 100.0),
        "lnf_bias": np.zeros(4),
    }


class TestGelu:
    def test_one_and_minus_one(self, learner):
        """Below 1 lies 84.13 % of the bell curve, below -1 the other 15.87 %."""
        got = learner.gelu(np.array([1.0, -1.0, 0.0]))
        assert_close(got, [0.8413447460685429, -0.15865525393145707, 0.0], rtol=0.0, atol=1e-12)

    def test_far_from_zero(self, learner):
        """It leaves 1000 as it is and makes 0 of -1000, in an array of any shape."""
        got = learner.gelu(np.array([[1000.0, -1000.0], [0.0, 50.0]]))
        assert_close(got, [[1000.0, 0.0], [0.0, 50.0]])

    def test_one_number(self, learner):
        """One number gives one number."""
        assert_close(learner.gelu(2.0), 1.9544997361036416, rtol=0.0, atol=1e-12)

    def test_tails(self, learner):
        """Beyond -5 it is small, and not 0; beyond 5 it is nearly x, and not x."""
        tail = 5.5 * 1.8989562465887691e-08
        got = learner.gelu(np.array([-5.5, 5.5]))
        assert_close(got, [-tail, 5.5 - tail], rtol=0.0, atol=1e-12)


class TestLayerNorm:
    def test_two_entries(self, learner):
        """(1, 3) has mean 2 and variance 1: it becomes (-1, 1), then times gain, plus bias."""
        gain, bias = np.array([2.0, 3.0]), np.array([10.0, 20.0])
        got = learner.layer_norm(np.array([[1.0, 3.0], [7.0, 3.0]]), gain, bias, eps=0.0)
        assert_close(got, [[8.0, 23.0], [12.0, 17.0]])

    def test_eps(self, learner):
        """With eps = 3 the variance 1 becomes 4, and its root 2."""
        got = learner.layer_norm(np.array([1.0, 3.0]), np.ones(2), np.zeros(2), eps=3.0)
        assert_close(got, [-0.5, 0.5])

    def test_default_eps(self, learner):
        """A variance of 0.00003 becomes 0.00004 with the default eps."""
        deviation = np.sqrt(3e-5)
        x = np.array([[[4 + deviation, 4 - deviation]]])
        got = learner.layer_norm(x, np.ones(2), np.zeros(2))
        assert_close(got, [[[np.sqrt(0.75), -np.sqrt(0.75)]]])


class TestCausalAttention:
    def test_equal_scores(self, learner):
        """If all scores are equal, each position reads the mean of the values up to its own."""
        Q, K = np.zeros((3, 2)), np.ones((3, 2))
        V = np.array([[2.0, 0.0], [4.0, 3.0], [9.0, 0.0]])
        assert_close(learner.causal_attention(Q, K, V), [[2.0, 0.0], [3.0, 1.5], [5.0, 1.0]])

    def test_two_tokens(self, learner):
        """With d = 4 an inner product of 2 ln 3 is a score of ln 3, and a share of 3/4."""
        Q, K, V = np.zeros((3, 2, 4))
        Q[1], K[0], V[0], V[1] = [2, 0, 0, 0], [np.log(3), 0, 0, 0], 8.0, 4.0
        assert_close(learner.causal_attention(Q, K, V), [[8.0] * 4, [7.0] * 4])

    def test_the_future_does_not_matter(self, learner):
        """Another last token leaves the rows before it as they were, to the last bit."""
        Q, K, V = np.sin(np.arange(30.0)).reshape(3, 5, 2)
        first = np.asarray(learner.causal_attention(Q, K, V))
        Q[4], K[4], V[4] = 3.0, -50.0, 1e6
        second = np.asarray(learner.causal_attention(Q, K, V))
        assert_same(np.shape(second), (5, 2), what="the result's shape")
        assert_same(second[:4], first[:4], what="what earlier tokens read")

    def test_any_axes_in_front(self, learner):
        """Texts and heads stay apart, and a text of one token reads itself: shape (2, 3, 1, 2)."""
        Q = np.ones((2, 3, 1, 2))
        V = np.arange(12.0).reshape(2, 3, 1, 2)
        assert_close(learner.causal_attention(Q, Q, V), V)
        Q = np.zeros((40, 40, 1))
        V = np.outer(np.arange(40.0), np.arange(40.0))[:, :, np.newaxis]
        assert_close(learner.causal_attention(Q, Q, V), V / 2)  # the mean of 0, 1, …, t is t / 2

    def test_scores_far_down(self, learner):
        """A score of -20,000 is still read where nothing else may be."""
        Q, K, V = np.array([[1.0], [1.0]]), np.array([[-20_000.0], [0.0]]), np.array([[1.0], [5.0]])
        assert_close(learner.causal_attention(Q, K, V), [[1.0], [5.0]])


class TestMultiHeadAttention:
    def test_equal_scores(self, learner):
        """Queries and keys of 0 give running means of the values, which W_out and b_out change."""
        x = np.array([[2.0, 20.0], [4.0, 60.0]])
        W_qkv, b_qkv = np.zeros((6, 2)), np.zeros(6)
        W_qkv[4:], b_qkv[5] = np.eye(2), 1.0  # values: x, and 1 more in the second entry
        W_out, b_out = np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([0.0, 5.0])
        got = learner.multi_head_attention(x, W_qkv, b_qkv, W_out, b_out, n_head=1)
        assert_close(got, [[21.0, 9.0], [41.0, 11.0]])

    def test_heads_differ(self, learner):
        """The first head gives 3/4 to the first token, the second 1/2: each has its own softmax."""
        x = np.array([[4.0, 4.0], [0.0, 0.0]])
        W_qkv = np.zeros((6, 2))
        W_qkv[2, 0], W_qkv[4:] = np.log(3.0) / 4, np.eye(2)
        b_qkv = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
        got = learner.multi_head_attention(x, W_qkv, b_qkv, np.eye(2), np.zeros(2), n_head=2)
        assert_close(got, [[4.0, 4.0], [3.0, 2.0]])

    def test_batch_of_texts(self, learner):
        """Two texts of 5 tokens and 12 features, in 3 heads, stay apart."""
        x = np.ones((2, 5, 12))
        x[1] = -3.0
        W_qkv = np.concatenate([np.eye(12), np.eye(12), np.eye(12)])
        weights = (W_qkv, np.zeros(36), np.eye(12), np.zeros(12))
        assert_close(learner.multi_head_attention(x, *weights, 3), x)

    def test_heads_are_neighbours(self, learner):
        """Of four features the first two are one head, which gives 3/4 to the first token."""
        x = np.array([[4.0, 4.0, 4.0, 4.0], [0.0, 0.0, 0.0, 0.0]])
        W_qkv = np.zeros((12, 4))
        W_qkv[4, 0], W_qkv[8:] = np.sqrt(2) * np.log(3.0) / 4, np.eye(4)
        b_qkv = np.concatenate([np.ones(4), np.zeros(8)])
        got = learner.multi_head_attention(x, W_qkv, b_qkv, np.eye(4), np.zeros(4), n_head=2)
        assert_close(got, [[4.0] * 4, [3.0, 3.0, 2.0, 2.0]])

    def test_two_axes_in_front(self, learner):
        """The text and the same turned round, in a batch of (1, 2): each reads only itself."""
        x = np.array([[[[4.0, 4.0], [0.0, 0.0]], [[0.0, 0.0], [4.0, 4.0]]]])
        W_qkv = np.zeros((6, 2))
        W_qkv[2, 0], W_qkv[4:] = np.log(3.0) / 4, np.eye(2)
        b_qkv = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
        got = learner.multi_head_attention(x, W_qkv, b_qkv, np.eye(2), np.zeros(2), n_head=2)
        assert_close(got, [[[[4.0, 4.0], [3.0, 2.0]], [[0.0, 0.0], [3.0, 2.0]]]])

    def test_refuses_a_remainder(self, learner):
        """Three features cannot be shared by two heads: a ValueError. By three they can."""
        x = np.array([[1.0, 2.0, 3.0]])
        weights = (np.concatenate([np.eye(3)] * 3), np.zeros(9), np.eye(3), np.zeros(3))
        assert_close(learner.multi_head_attention(x, *weights, 3), x)
        with pytest.raises(ValueError):
            learner.multi_head_attention(x, *weights, 2)


class TestTransformerBlock:
    def test_attention_adds_to_x(self, learner):
        """A block whose attention gives (5, 6) and whose MLP gives nothing adds just that."""
        params = idle_block(2)
        params["b_out"] = np.array([5.0, 6.0])
        x = np.array([[1.0, 2.0], [-3.0, 0.0]])
        assert_close(learner.transformer_block(x, params, 1), [[6.0, 8.0], [2.0, 6.0]])

    def test_mlp_adds_to_x(self, learner):
        """An MLP with hidden units 100, 200 and -300 passes 100 + 200 on, and its bias."""
        params = idle_block(2)
        params["b_fc"][:3] = [100.0, 200.0, -300.0]
        params["W_proj"][0, :3], params["b_proj"][1] = 1.0, 7.0
        x = np.array([[1.0, 2.0], [-3.0, 0.0]])
        assert_close(learner.transformer_block(x, params, 2), [[301.0, 9.0], [297.0, 7.0]])

    def test_mlp_reads_the_sum(self, learner):
        """Attention turns (1, 1) into (1, 3), which normalises to (-1, 1) for the MLP."""
        params = idle_block(2)
        params["b_out"] = np.array([0.0, 2.0])
        params["W_fc"][0], params["W_proj"][0, 0] = [0.0, 100.0], 1.0
        expected = [[1 + 100 / np.sqrt(1 + 1e-5), 3.0]]
        assert_close(learner.transformer_block(np.array([[1.0, 1.0]]), params, 1), expected)

    def test_mlp_has_its_own_norm(self, learner):
        """The second norm gives (1, 0) here, and the GELU in between makes 0.8413 of the 1."""
        params = idle_block(2)
        params["ln2_gain"], params["ln2_bias"] = np.zeros(2), np.array([1.0, 0.0])
        params["W_fc"][0], params["W_proj"][0, 0] = [1.0, 0.0], 1.0
        got = learner.transformer_block(np.array([[3.0, 5.0]]), params, 1)
        assert_close(got, [[3.0 + 0.8413447460685429, 5.0]], rtol=1e-9)

    def test_two_heads(self, learner):
        """Only the first head gives 3/4 to the first token; texts of a batch do not mix."""
        r = 2 / np.sqrt(4 + 1e-5)  # (4, 0) is normalised to (r, -r)
        params = idle_block(2)
        params["b_qkv"][:2] = 1.0
        params["W_qkv"][2, 0], params["W_qkv"][4:] = np.log(3.0) / (2 * r), np.eye(2)
        params["W_out"] = np.eye(2)
        x = np.array([[[4.0, 0.0], [0.0, 4.0]], [[0.0, 4.0], [0.0, 4.0]]])
        got = learner.transformer_block(x, dict(reversed(params.items())), 2)
        expected = [[[4 + r, -r], [r / 2, 4.0]], [[-r, 4 + r], [-r, 4 + r]]]
        assert_close(got, expected)


class TestGptLogits:
    def test_attention_to_the_past(self, learner):
        """After 0 the model expects 0, after 0 and 1 attention makes it expect 0 less."""
        got = learner.gpt_logits(np.array([0, 1]), small_gpt(), 1)
        # Normalised: (±1, ∓1) nearly. Token 0 adds it to (2, 0); token 1 has a mean of (0, 0).
        last = 1 / np.sqrt(1 + 1e-5)
        first = (1 + last) / np.sqrt((1 + last) ** 2 + 1e-5)
        assert_close(got, [[2 * first, -2 * first, 0.0], [-2 * last, 2 * last, 0.0]])

    def test_positions(self, learner):
        """A position's vector is added to the token's: the same token is another one there."""
        params = small_gpt()
        params["blocks"] = [idle_block(2)]
        params["wpe"][1] = [-2.0, 2.0]  # makes token 1 out of token 0
        got = learner.gpt_logits(np.array([0, 0]), params, 1)
        r = 1 / np.sqrt(1 + 1e-5)
        assert_close(got, [[2 * r, -2 * r, 0.0], [-2 * r, 2 * r, 0.0]])

    def test_two_blocks(self, learner):
        """The first block makes (1, 3) of (1, 1), the second sees that and adds 100 to the 1."""
        first, second = idle_block(2), idle_block(2)
        first["b_out"] = np.array([0.0, 2.0])
        second["W_fc"][0], second["W_proj"][0, 0] = [0.0, 100.0], 1.0
        params = {
            "wte": np.array([[1.0, 1.0], [2.0, 0.0]]),
            "wpe": np.zeros((4, 2)),
            "blocks": [first, second],
            "lnf_gain": np.array([1.0, -1.0]),  # the last norm, once and at the end
            "lnf_bias": np.zeros(2),
        }
        got = learner.gpt_logits(np.array([0]), params, 1)
        half = (100 / np.sqrt(1 + 1e-5) - 2) / 2
        z = half / np.sqrt(half**2 + 1e-5)  # (101, 3) is normalised to (z, -z), then (z, z)
        assert_close(got, [[2 * z, 2 * z]])

    def test_too_long_a_text(self, learner):
        """Four tokens fit into a context of 4; five are a ValueError."""
        tokens = np.array([0, 1, 2, 0, 1])
        assert_same(np.shape(learner.gpt_logits(tokens[:4], small_gpt(), 1)), (4, 3))
        with pytest.raises(ValueError):
            learner.gpt_logits(tokens, small_gpt(), 1)
        params = {**small_gpt(), "wpe": np.zeros((1, 2))}  # one row fits any number of tokens
        with pytest.raises(ValueError):
            learner.gpt_logits(tokens[:2], params, 1)


class TestNextTokenLoss:
    def test_knows_nothing(self, learner):
        """With 65 characters, as in nanoGPT's Shakespeare, knowing nothing costs ln 65 = 4.17."""
        tokens = np.array([5, 64, 0, 17])
        assert_close(learner.next_token_loss(np.zeros((4, 65)), tokens), np.log(65))

    def test_rows_forecast_the_next_token(self, learner):
        """Token 1 had 3/4 and token 0 had 1/2; the last row is about a token not seen yet."""
        logits = np.array([[0.0, np.log(3.0)], [0.0, 0.0], [100.0, -100.0]])
        got = learner.next_token_loss(logits, np.array([0, 1, 0]))
        assert_close(got, (np.log(4 / 3) + np.log(2)) / 2)

    def test_large_logits(self, learner):
        """Sure and wrong costs 20,000 nats, sure and right 0: the mean is 10,000, silently."""
        logits = np.array([[1e4, -1e4], [1e4, -1e4], [0.0, 0.0]])
        with no_floating_point_warnings():
            got = learner.next_token_loss(logits, np.array([0, 1, 0]))
        assert_close(got, 10000.0)


class TestGenerate:
    def test_inverse_cdf(self, learner):
        """Chances of 1/4, 1/2, 1/4: below 0.25 it is token 0, below 0.75 token 1, else token 2."""
        u = np.array([0.2, 0.3, 0.7, 0.8])
        got = learner.generate(stubborn_gpt(), np.array([2]), u, 1)
        assert_same(got, [2, 0, 1, 1, 2])

    def test_temperature(self, learner):
        """At temperature 1/2 the chances are 1/6, 4/6, 1/6."""
        u = np.array([0.1, 0.2, 0.8, 0.9])
        got = learner.generate(stubborn_gpt(), np.array([2]), u, 1, temperature=0.5)
        assert_same(got, [2, 0, 1, 1, 2])

    def test_top_k(self, learner):
        """Of tokens 0 and 2, which tie, top-2 keeps the lower: chances are 1/3, 2/3, 0."""
        u = np.array([0.3, 0.4, 0.99])
        got = learner.generate(stubborn_gpt(), np.array([2]), u, 1, top_k=2)
        assert_same(got, [2, 0, 1, 1])

    def test_longer_than_the_context(self, learner):
        """The model has room for the last four tokens, but the text keeps all, as int64."""
        prompt = np.array([1, 1, 2, 0, 0, 2], dtype=np.int64)
        got = learner.generate(stubborn_gpt(), prompt, np.array([0.7, 0.8]), 1)
        assert_same(got, [1, 1, 2, 0, 0, 2, 1, 2])

    def test_reads_what_it_wrote(self, learner):
        """A model that knows positions only writes 0, 1, 2, 3, and 3 again once its places end."""
        got = learner.generate(sure_gpt(wpe=10.0), np.array([2]), np.full(7, 0.5), 1)
        assert_same(got, [2, 0, 1, 2, 3, 3, 3, 3])

    def test_reads_the_end_of_the_text(self, learner):
        """A model that repeats the last token repeats the last one, also of a long prompt."""
        prompt = np.array([0, 1, 2, 3, 0, 2], dtype=np.int64)
        got = learner.generate(sure_gpt(wpe=0.0), prompt, np.array([0.5, 0.5]), 1)
        assert_same(got, [0, 1, 2, 3, 0, 2, 2, 2])

    def test_temperature_and_top_k(self, learner):
        """Both count: of 1/4 and 1/2 temperature 1/2 makes 1/5 and 4/5; near 0 the best wins."""
        u = np.array([0.1, 0.3, 0.99])
        got = learner.generate(stubborn_gpt(), np.array([2]), u, 1, temperature=0.5, top_k=2)
        assert_same(got, [2, 0, 1, 1])
        got = learner.generate(stubborn_gpt(), np.array([2]), u, 1, temperature=1e-5)
        assert_same(got, [2, 1, 1, 1])

    def test_never_the_impossible(self, learner):
        """With top-1 only token 2 is possible here, even for u = 0."""
        got = learner.generate(sure_gpt(wpe=0.0), np.array([2]), np.array([0.0]), 1, top_k=1)
        assert_same(got, [2, 2])

    def test_nothing_to_add(self, learner):
        """Without numbers the prompt comes back, as whole numbers."""
        got = learner.generate(stubborn_gpt(), np.array([1, 2]), np.array([]), 1)
        assert_same(got, [1, 2])
