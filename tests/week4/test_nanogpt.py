import copy
import functools
import math

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
)

# The truth is computed one number, one position, one head at a time, without the reference.


def gelu_by_number(x):
    """Return x·Φ(x), accurate in both tails."""
    numbers = [0.5 * v * math.erfc(-v / math.sqrt(2.0)) for v in np.ravel(x).tolist()]
    return np.array(numbers).reshape(np.shape(x))


def norm_by_vector(x, gain, bias, eps=1e-5):
    """Return the layer norm, vector by vector."""
    if x.ndim > 1:
        return np.array([norm_by_vector(row, gain, bias, eps) for row in x])
    mean = math.fsum(x) / len(x)
    variance = math.fsum((x - mean) ** 2) / len(x)
    return gain * (x - mean) / math.sqrt(variance + eps) + bias


def attention_by_position(Q, K, V):
    """Return causal attention; position t is given nothing but rows 0 to t."""
    if Q.ndim > 2:
        return np.array([attention_by_position(*parts) for parts in zip(Q, K, V, strict=True)])
    rows = []
    for t, q in enumerate(Q):
        scores = K[: t + 1] @ q / math.sqrt(len(q))
        shares = np.exp(scores - scores.max())
        rows.append(shares @ V[: t + 1] / shares.sum())
    return np.array(rows)


def attention_by_head(x, W_qkv, b_qkv, W_out, b_out, n_head):
    """Return multi-head attention; each head has its own rows of the weights."""
    if x.ndim > 2:
        return np.array([attention_by_head(z, W_qkv, b_qkv, W_out, b_out, n_head) for z in x])
    d = x.shape[-1]
    width = d // n_head
    result = np.tile(b_out, (len(x), 1))
    for start in range(0, d, width):
        own = slice(start, start + width)
        Q, K, V = (x @ W_qkv[i * d :][own].T + b_qkv[i * d :][own] for i in range(3))
        result = result + attention_by_position(Q, K, V) @ W_out[:, own].T
    return result


def attend(x, p, n_head):
    """Return what the first half of a block adds to x."""
    z = norm_by_vector(x, p["ln1_gain"], p["ln1_bias"])
    return attention_by_head(z, p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"], n_head)


def think(x, p):
    """Return what the second half of a block adds to x."""
    z = norm_by_vector(x, p["ln2_gain"], p["ln2_bias"])
    return gelu_by_number(z @ p["W_fc"].T + p["b_fc"]) @ p["W_proj"].T + p["b_proj"]


def block_by_halves(x, p, n_head):
    """Return x after a whole block."""
    x = x + attend(x, p, n_head)
    return x + think(x, p)


def gpt_by_parts(tokens, params, n_head):
    """Return the logits at all positions."""
    x = np.array([params["wte"][token] + params["wpe"][t] for t, token in enumerate(tokens)])
    for p in params["blocks"]:
        x = block_by_halves(x, p, n_head)
    return norm_by_vector(x, params["lnf_gain"], params["lnf_bias"]) @ params["wte"].T


def positions(rng, *shape):
    """Return random Q, K and V of one shape, the batch's axes first, then T and d."""
    return tuple(rng.normal(size=(3, *shape)))


def head_inputs(rng, *shape):
    """Return random x of a shape, W_qkv, b_qkv, W_out and b_out; scores are about 1."""
    d = shape[-1]
    W_qkv, b_qkv = rng.normal(size=(3 * d, d)) / math.sqrt(d), rng.normal(size=3 * d)
    W_out, b_out = rng.normal(size=(d, d)) / math.sqrt(d), rng.normal(size=d)
    return rng.normal(size=shape), W_qkv, b_qkv, W_out, b_out


def block_params(rng, d):
    """Return random parameters of a block of width d, no gain and no bias being trivial."""
    _, W_qkv, b_qkv, W_out, b_out = head_inputs(rng, 1, d)
    return {
        "ln1_gain": rng.uniform(0.5, 2.0, size=d),
        "ln1_bias": rng.normal(size=d),
        "W_qkv": W_qkv,
        "b_qkv": b_qkv,
        "W_out": W_out,
        "b_out": b_out,
        "ln2_gain": rng.uniform(0.5, 2.0, size=d),
        "ln2_bias": rng.normal(size=d),
        "W_fc": rng.normal(size=(4 * d, d)) / math.sqrt(d),
        "b_fc": rng.normal(size=4 * d),
        "W_proj": rng.normal(size=(d, 4 * d)) / math.sqrt(d),
        "b_proj": rng.normal(size=d),
    }


def gpt_params(rng, vocab, context, d, n_blocks):
    """Return a random GPT whose next token depends on all tokens before and their places."""
    return {
        "wte": rng.normal(size=(vocab, d)),
        "wpe": rng.normal(size=(context, d)),
        "blocks": [block_params(rng, d) for _ in range(n_blocks)],
        "lnf_gain": rng.uniform(0.5, 1.5, size=d),
        "lnf_bias": 0.3 * rng.normal(size=d),
    }


def tokens_of(rng, vocab, n):
    """Return n random tokens."""
    return rng.integers(vocab, size=n, dtype=np.int64)


EARLIER = "what earlier tokens read"


def before(result, t, shape):
    """Return the rows of the first t positions; fail unless the result has this shape."""
    __tracebackhide__ = True
    assert_same(np.shape(result), shape, what="the result's shape")
    return np.asarray(result)[..., :t, :]


def backwards(params):
    """Return the same dict with its keys in the opposite order."""
    return dict(reversed(params.items()))


class TestGelu:
    def test_exact(self, learner, rng):
        """It is x·Φ(x) to 1e-12: the normal distribution itself, not a curve that is close."""
        # Beyond 4 the Taylor series of erf loses digits, about as many as decide here.
        x = np.concatenate([rng.uniform(-3.5, 3.5, size=12), [0.0, 1.0, -3.5, 3.5]])
        assert_close(learner.gelu(x), gelu_by_number(x), rtol=0.0, atol=1e-12)

    def test_far_from_zero(self, learner, rng):
        """Far on the right it is x itself, far on the left 0, and on the way it is exact too."""
        # Whoever cuts a tail off at 6, 6.5 or 7 is off by more than 1e-12 just beyond that.
        near = np.concatenate([[6.1, 6.6, 7.05], rng.uniform(4.0, 9.0, size=5)])
        far = np.array([12.5, 27.0, 39.0, 100.0, 1000.0])
        for size in (near, far):
            x = np.concatenate([-size, size])
            assert_close(learner.gelu(x), gelu_by_number(x), rtol=1e-14, atol=1e-12)

    def test_both_signs_make_up_x(self, learner, rng):
        """The two tails of the bell curve add up to 1, so gelu(x) - gelu(-x) is x."""
        x = np.concatenate([rng.uniform(0.1, 5.0, size=5), rng.uniform(5.3, 5.9, size=2)])
        got = learner.gelu(np.concatenate([x, -x]))
        assert_close(got, gelu_by_number(np.concatenate([x, -x])), rtol=0.0, atol=1e-12)
        right, left = np.split(np.asarray(got), 2)
        assert_close(right - left, x, rtol=0.0, atol=3e-12)

    def test_any_shape(self, learner, rng):
        """The result has the shape of the array, whatever that is."""
        for shape in ((1,), (2, 3), (3, 1), (1, 1), (2, 3, 4), (2, 1, 2, 3)):
            x = rng.uniform(-3.0, 3.0, size=shape)
            assert_close(learner.gelu(x), gelu_by_number(x), rtol=0.0, atol=1e-12)

    def test_one_number(self, learner, rng):
        """It takes one number as well, of Python or of numpy, and returns one."""
        for x in rng.uniform(0.5, 2.0, size=2) * np.array([1.0, -1.0]):
            truth = gelu_by_number(x)
            assert_close(learner.gelu(float(x)), truth, rtol=0.0, atol=1e-12)
            assert_close(learner.gelu(np.array(x)), truth, rtol=0.0, atol=1e-12)

    def test_keeps_x(self, learner, rng):
        """The array is the same afterwards."""
        for shape in ((5,), (2, 3)):
            x = rng.normal(size=shape)
            got = assert_keeps_inputs(learner.gelu, x)
            assert_close(got, gelu_by_number(x), rtol=0.0, atol=1e-12)


class TestLayerNorm:
    def test_mean_and_variance(self, learner, rng):
        """Each vector gets mean 0 and variance 1, divided by d, then its gain and its bias."""
        for shape in ((5, 7), (2, 12), (6, 3), (4, 2)):
            gain, bias = rng.normal(size=(2, shape[-1]))
            x = 3 * rng.normal(size=shape) + 2
            assert_close(learner.layer_norm(x, gain, bias), norm_by_vector(x, gain, bias))

    def test_eps(self, learner, rng):
        """The eps is added to the variance, inside the root, and is 1e-5 by default."""
        gain, bias = rng.normal(size=(2, 6))
        for scale in (1e-2, 3e-3, 1e-4):
            x = scale * rng.normal(size=(3, 6))
            truth = norm_by_vector(x, gain, bias)
            assert_close(learner.layer_norm(x, gain, bias), truth)

    def test_other_eps(self, learner, rng):
        """The eps may be another, by name or by place."""
        gain, bias = rng.normal(size=(2, 5))
        x = rng.normal(size=(3, 5))
        for eps in (0.5, 1e-3, 1e-12):
            truth = norm_by_vector(x, gain, bias, eps)
            assert_close(learner.layer_norm(x, gain, bias, eps=eps), truth)
            assert_close(learner.layer_norm(x, gain, bias, eps), truth)

    def test_any_leading_axes(self, learner, rng):
        """Any number of leading axes will do, including none: only the last one is normalised."""
        for shape in ((8,), (2, 3, 4), (4, 4), (3, 3, 3), (2, 3, 2, 5), (2, 2, 2, 2)):
            gain, bias = rng.normal(size=(2, shape[-1]))
            x = rng.normal(size=shape)
            assert_close(learner.layer_norm(x, gain, bias), norm_by_vector(x, gain, bias))

    def test_lengths_of_one(self, learner, rng):
        """An axis of length 1 stays, and a single entry is its own mean: the bias is left."""
        for shape in ((1, 5), (1, 1, 4), (3, 1), (2, 1, 3), (1,)):
            gain, bias = rng.normal(size=(2, shape[-1]))
            x = rng.normal(size=shape)
            assert_close(learner.layer_norm(x, gain, bias), norm_by_vector(x, gain, bias))

    def test_keeps_inputs(self, learner, rng):
        """Vectors, gain and bias are the same afterwards."""
        for shape in ((3, 4), (4,)):
            gain, bias = rng.normal(size=(2, 4))
            x = rng.normal(size=shape)
            truth = norm_by_vector(x, gain, bias)
            assert_close(assert_keeps_inputs(learner.layer_norm, x, gain, bias), truth)


class TestCausalAttention:
    def test_reads_earlier_positions(self, learner, rng):
        """Row t is the average of values 0 to t, weighted by the softmax of their scores."""
        for shape in ((5, 3), (3, 6), (6, 2), (4, 16), (2, 5), (40, 3)):
            Q, K, V = positions(rng, *shape)
            assert_close(learner.causal_attention(Q, K, V), attention_by_position(Q, K, V))

    def test_equal_sizes(self, learner, rng):
        """Where numbers of texts, positions and features are equal nothing is mixed up."""
        for shape in ((4, 4), (3, 3, 3), (2, 2, 2, 2), (4, 2, 2)):
            Q, K, V = positions(rng, *shape)
            assert_close(learner.causal_attention(Q, K, V), attention_by_position(Q, K, V))

    def test_batch_axes(self, learner, rng):
        """There may be one, two or three leading axes, for texts and heads."""
        for shape in ((2, 4, 3), (5, 2, 6), (2, 3, 4, 5), (3, 2, 5, 2), (2, 1, 2, 3, 4)):
            Q, K, V = positions(rng, *shape)
            assert_close(learner.causal_attention(Q, K, V), attention_by_position(Q, K, V))

    def test_scores_of_zero(self, learner, rng):
        """A score of exactly 0 is one like any other, and equal scores make running means."""
        Q, K, V = positions(rng, 5, 4)
        means = np.cumsum(V, axis=0) / np.arange(1, 6)[:, np.newaxis]
        assert_close(learner.causal_attention(np.zeros((5, 4)), K, V), means)
        Q[:, :2], K[:, 2:] = 0.0, 0.0
        K[3] = rng.normal(size=4)  # the only key that is not orthogonal to all queries
        assert_close(learner.causal_attention(Q, K, V), attention_by_position(Q, K, V))

    def test_low_and_high_scores(self, learner, rng):
        """The future is hidden by more than a low score: what is seen may score lower or higher."""
        # A feature that all keys share moves all scores of a query and leaves its weights.
        Q, K, V = positions(rng, 5, 4)
        K[:, 0], Q[:, 0] = 1.0, 0.0
        truth = attention_by_position(Q, K, V)
        for score in (-300.0, 300.0, -20.0, -3e4):
            Q[:, 0] = score * math.sqrt(4)
            assert_close(learner.causal_attention(Q, K, V), truth, rtol=1e-8, atol=1e-9)

    def test_later_tokens_change_no_bit(self, learner, rng):
        """A change of later tokens leaves earlier rows the same, to the last bit."""
        for shape in ((6, 3), (2, 3, 5, 4)):
            Q, K, V = positions(rng, *shape)
            got = learner.causal_attention(Q, K, V)
            assert_close(got, attention_by_position(Q, K, V))
            got = np.asarray(got)
            for t in (1, shape[-2] // 2, shape[-2] - 1):
                other = [array.copy() for array in (Q, K, V)]
                for array in other:
                    array[..., t:, :] = 20 * rng.normal(size=array[..., t:, :].shape)
                after = learner.causal_attention(*other)
                assert_same(before(after, t, shape), got[..., :t, :], what=EARLIER)

    def test_huge_later_tokens_change_no_bit(self, learner, rng):
        """Nor is there a change where a later value is huge, or matches earlier queries well."""
        Q, K, V = positions(rng, 6, 4)
        got = learner.causal_attention(Q, K, V)
        assert_close(got, attention_by_position(Q, K, V))
        got = np.asarray(got)
        for t in (1, 3, 5):
            longest = max(Q[:t], key=np.linalg.norm)
            match = 5e4 * math.sqrt(4) * longest / (longest @ longest)  # its score is 5e4
            for key, value in ((K[t], 1e200), (match, 1.0), (-match, -1e150), (match, 1e200)):
                K_after, V_after = K.copy(), V.copy()
                K_after[t:], V_after[t:] = key, value * V[t:]
                after = learner.causal_attention(Q, K_after, V_after)
                assert_same(before(after, t, (6, 4)), got[:t], what=EARLIER)

    def test_lengths_of_one(self, learner, rng):
        """A single position reads its own value; an axis of length 1 stays."""
        for shape in ((1, 4), (5, 1), (1, 1), (1, 3, 2), (2, 1, 3), (1, 2, 1, 3), (3, 1, 4, 1)):
            Q, K, V = positions(rng, *shape)
            truth = attention_by_position(Q, K, V)
            assert_close(learner.causal_attention(Q, K, V), truth, rtol=1e-11)

    def test_keeps_inputs(self, learner, rng):
        """Queries, keys and values are the same afterwards, in shape too."""
        for shape in ((4, 3), (2, 3, 4)):
            Q, K, V = positions(rng, *shape)
            truth = attention_by_position(Q, K, V)
            assert_close(assert_keeps_inputs(learner.causal_attention, Q, K, V), truth)


class TestMultiHeadAttention:
    def test_one_head(self, learner, rng):
        """One head is causal attention between two linear layers, with their biases."""
        for shape in ((5, 4), (3, 7), (6, 2)):
            inputs = head_inputs(rng, *shape)
            truth = attention_by_head(*inputs, 1)
            assert_close(learner.multi_head_attention(*inputs, 1), truth)

    def test_several_heads(self, learner, rng):
        """Each head works on its own stretch of neighbouring features, with its own softmax."""
        for T, d, n_head in ((5, 4, 2), (3, 6, 2), (3, 6, 3), (5, 12, 4), (4, 15, 3)):
            inputs = head_inputs(rng, T, d)
            truth = attention_by_head(*inputs, n_head)
            assert_close(learner.multi_head_attention(*inputs, n_head), truth)

    def test_equal_sizes(self, learner, rng):
        """Where numbers of heads, positions, features and texts are equal nothing is mixed up."""
        for shape, n_head in (((4, 4), 4), ((2, 4), 2), ((3, 9), 3), ((2, 2, 4), 2), ((3, 3), 1)):
            inputs = head_inputs(rng, *shape)
            truth = attention_by_head(*inputs, n_head)
            assert_close(learner.multi_head_attention(*inputs, n_head), truth)

    def test_batch_axes(self, learner, rng):
        """There may be one or two batch axes: texts do not mix."""
        for shape, n_head in (((2, 5, 4), 2), ((4, 3, 6), 3), ((3, 2, 4, 6), 2), ((2, 1, 3, 4), 4)):
            inputs = head_inputs(rng, *shape)
            truth = attention_by_head(*inputs, n_head)
            assert_close(learner.multi_head_attention(*inputs, n_head), truth)

    def test_later_tokens_do_not_matter(self, learner, rng):
        """A token reads itself and earlier ones: what comes later does not matter."""
        x, *weights = head_inputs(rng, 6, 4)
        truth = attention_by_head(x, *weights, 2)
        for t in (1, 3, 5):
            longer = np.concatenate([x[:t], 4 * rng.normal(size=(3, 4))])
            for text in (x[:t], longer):
                got = learner.multi_head_attention(text, *weights, 2)
                assert_close(before(got, t, text.shape), truth[:t], what=EARLIER)

    def test_lengths_of_one(self, learner, rng):
        """A text of one token, a head of one feature, a batch of one: each keeps its axis."""
        cases = (((1, 4), 2), ((1, 6), 1), ((4, 3), 3), ((3, 1), 1), ((1, 1), 1), ((1, 3, 4), 2))
        for shape, n_head in (*cases, ((2, 1, 6), 3), ((1, 1, 2), 2)):
            inputs = head_inputs(rng, *shape)
            truth = attention_by_head(*inputs, n_head)
            assert_close(learner.multi_head_attention(*inputs, n_head), truth)

    def test_refuses_a_remainder(self, learner, rng):
        """A width that cannot be shared evenly among the heads is an error; others are fine."""
        for d, n_head in ((6, 4), (5, 2), (4, 8)):
            inputs = head_inputs(rng, 4, d)
            truth = attention_by_head(*inputs, d)
            assert_close(learner.multi_head_attention(*inputs, d), truth)
            with pytest.raises(ValueError):
                learner.multi_head_attention(*inputs, n_head)

    def test_keeps_inputs(self, learner, rng):
        """The inputs, weights and biases are the same afterwards."""
        for shape in ((3, 4), (2, 3, 6)):
            inputs = head_inputs(rng, *shape)
            truth = attention_by_head(*inputs, 2)
            got = assert_keeps_inputs(learner.multi_head_attention, *inputs, 2)
            assert_close(got, truth)


class TestTransformerBlock:
    def test_attention_is_added_to_x(self, learner, rng):
        """With an MLP that adds nothing it is x plus the attention of the first norm of x."""
        for T, d, n_head in ((4, 6, 1), (3, 4, 2)):
            x, p = 2 * rng.normal(size=(T, d)) + 1, block_params(rng, d)
            p["W_proj"], p["b_proj"] = np.zeros((d, 4 * d)), np.zeros(d)
            truth = x + attend(x, p, n_head)
            assert_close(learner.transformer_block(x, p, n_head), truth)

    def test_mlp_is_added_to_x(self, learner, rng):
        """With an attention that adds nothing it is x plus the MLP of the second norm of x."""
        for T, d, n_head in ((4, 6, 1), (3, 4, 2)):
            x, p = 2 * rng.normal(size=(T, d)) + 1, block_params(rng, d)
            p["W_out"], p["b_out"] = np.zeros((d, d)), np.zeros(d)
            truth = x + think(x, p)
            assert_close(learner.transformer_block(x, p, n_head), truth)

    def test_mlp_reads_what_attention_wrote(self, learner, rng):
        """The MLP comes after attention, and normalises and adds to what that left."""
        for T, d, n_head in ((5, 4, 2), (2, 6, 3), (4, 4, 4), (1, 3, 1), (4, 1, 1)):
            x, p = rng.normal(size=(T, d)), block_params(rng, d)
            truth = block_by_halves(x, p, n_head)
            assert_close(learner.transformer_block(x, p, n_head), truth)

    def test_small_inputs(self, learner, rng):
        """Both norms have the default eps, which shows where x is small."""
        x, p = 2e-3 * rng.normal(size=(4, 4)), block_params(rng, 4)
        p["W_out"], p["b_out"] = 1e-3 * p["W_out"], 1e-3 * p["b_out"]
        truth = block_by_halves(x, p, 2)
        assert_close(learner.transformer_block(x, p, 2), truth)

    def test_batch_axes(self, learner, rng):
        """There may be one or two batch axes: each text has a block's work of its own."""
        for shape in ((2, 3, 4), (4, 4, 4), (2, 1, 3, 4)):
            x, p = rng.normal(size=shape), block_params(rng, 4)
            truth = block_by_halves(x, p, 2)
            assert_close(learner.transformer_block(x, p, 2), truth)

    def test_later_tokens_do_not_matter(self, learner, rng):
        """What a token becomes does not depend on later tokens."""
        x, p = rng.normal(size=(6, 4)), block_params(rng, 4)
        truth = block_by_halves(x, p, 2)
        for t in (1, 3, 5):
            longer = np.concatenate([x[:t], 4 * rng.normal(size=(2, 4))])
            for text in (x[:t], longer):
                got = learner.transformer_block(text, p, 2)
                assert_close(before(got, t, text.shape), truth[:t], what=EARLIER)

    def test_reads_parameters_by_name(self, learner, rng):
        """The dict may hold its keys in any order: names count, not places."""
        x, p = rng.normal(size=(3, 4)), block_params(rng, 4)
        truth = block_by_halves(x, p, 2)
        assert_close(learner.transformer_block(x, backwards(p), 2), truth)

    def test_keeps_inputs(self, learner, rng):
        """The vectors and all parameters are the same afterwards."""
        for shape in ((3, 4), (2, 3, 4)):
            x, p = rng.normal(size=shape), block_params(rng, 4)
            truth = block_by_halves(x, p, 2)
            assert_close(assert_keeps_inputs(learner.transformer_block, x, p, 2), truth)


class TestGptLogits:
    def test_whole_model(self, learner, rng):
        """Row t scores every token as the one that follows tokens 0 to t."""
        for vocab, context, d, n_blocks, n_head, T in (
            (7, 6, 4, 1, 2, 4),
            (5, 8, 6, 2, 3, 5),
            (11, 5, 8, 2, 4, 3),
            (3, 9, 4, 1, 1, 7),
        ):
            params, tokens = gpt_params(rng, vocab, context, d, n_blocks), tokens_of(rng, vocab, T)
            truth = gpt_by_parts(tokens, params, n_head)
            assert_close(learner.gpt_logits(tokens, params, n_head), truth)

    def test_blocks_in_order(self, learner, rng):
        """Each block is applied once, in the order of the list, which may be long or short."""
        for n_blocks in (1, 3, 4):
            params, tokens = gpt_params(rng, 6, 5, 4, n_blocks), tokens_of(rng, 6, 4)
            for block in params["blocks"]:
                block["W_proj"] *= 0.5
            truth = gpt_by_parts(tokens, params, 2)
            assert_close(learner.gpt_logits(tokens, params, 2), truth)

    def test_places_matter(self, learner, rng):
        """The same token means something else at another place, and has the same vector there."""
        params = gpt_params(rng, 4, 6, 4, 1)
        for tokens in ([2, 2, 2, 2], [0, 3, 0, 3, 0], [3, 0, 3, 0, 3], [3, 2, 1, 0]):
            tokens = np.array(tokens, dtype=np.int64)
            truth = gpt_by_parts(tokens, params, 2)
            assert_close(learner.gpt_logits(tokens, params, 2), truth)

    def test_last_norm(self, learner, rng):
        """Before the head comes one more norm, with its own gain and bias and the default eps."""
        params, tokens = gpt_params(rng, 5, 4, 4, 1), np.array([4, 2, 0], dtype=np.int64)
        params["wte"], params["wpe"] = 1e-3 * params["wte"], 1e-3 * params["wpe"]
        for name in ("W_out", "b_out", "W_proj", "b_proj"):
            params["blocks"][0][name] *= 1e-4
        truth = gpt_by_parts(tokens, params, 2)
        assert_close(learner.gpt_logits(tokens, params, 2), truth)

    def test_equal_sizes(self, learner, rng):
        """Where vocabulary, context, width and text have one length nothing is mixed up."""
        for size, n_head in ((4, 2), (4, 4), (3, 1)):
            params, tokens = gpt_params(rng, size, size, size, 2), tokens_of(rng, size, size)
            truth = gpt_by_parts(tokens, params, n_head)
            assert_close(learner.gpt_logits(tokens, params, n_head), truth)

    def test_any_length_up_to_the_context(self, learner, rng):
        """A text of one token is a text, and a longer one does not change its first rows."""
        params, tokens = gpt_params(rng, 6, 5, 4, 2), tokens_of(rng, 6, 5)
        truth = gpt_by_parts(tokens, params, 2)
        for T in (1, 2, 4, 5):
            assert_close(learner.gpt_logits(tokens[:T], params, 2), truth[:T])

    def test_refuses_too_long_a_text(self, learner, rng):
        """More tokens than positions are an error; a text that just fits is not."""
        for context in (4, 2, 1):
            params, tokens = gpt_params(rng, 5, context, 4, 1), tokens_of(rng, 5, context + 2)
            truth = gpt_by_parts(tokens[:context], params, 2)
            assert_close(learner.gpt_logits(tokens[:context], params, 2), truth)
            for T in (context + 1, context + 2):
                with pytest.raises(ValueError):
                    learner.gpt_logits(tokens[:T], params, 2)

    def test_keeps_inputs(self, learner, rng):
        """Tokens and all parameters are the same afterwards; keys may stand in any order."""
        params, tokens = backwards(gpt_params(rng, 6, 5, 4, 2)), tokens_of(rng, 6, 5)
        params["blocks"] = [backwards(block) for block in params["blocks"]]
        truth = gpt_by_parts(tokens, params, 2)
        for T in (5, 3):
            got = assert_keeps_inputs(learner.gpt_logits, tokens[:T].copy(), params, 2)
            assert_close(got, truth[:T])


def restless_tokens(rng, vocab, n):
    """Return n random tokens of which no two neighbours are equal."""
    return np.cumsum(rng.integers(1, vocab, size=n, dtype=np.int64)) % vocab


def surprise(logits, tokens):
    """Return the mean over t of -ln p of token t + 1, one forecast at a time."""
    losses = []
    for row, target in zip(logits[:-1], tokens[1:], strict=True):
        top = float(max(row))
        losses.append(top - float(row[target]) + math.log(math.fsum(np.exp(row - top))))
    return math.fsum(losses) / len(losses)


class TestNextTokenLoss:
    def test_mean_over_the_forecasts(self, learner, rng):
        """Each row of logits but the last is judged by the token that comes next."""
        for T, vocab in ((6, 4), (3, 9), (5, 5), (4, 2), (9, 3)):
            logits, tokens = 2 * rng.normal(size=(T, vocab)), tokens_of(rng, vocab, T)
            assert_close(learner.next_token_loss(logits, tokens), surprise(logits, tokens))

    def test_one_forecast(self, learner, rng):
        """Two tokens make one forecast, and the result is one number."""
        for vocab in (2, 5):
            logits, tokens = rng.normal(size=(2, vocab)), restless_tokens(rng, vocab, 2)
            assert_close(learner.next_token_loss(logits, tokens), surprise(logits, tokens))

    def test_what_does_not_count(self, learner, rng):
        """Neither the first token nor the last row of logits is judged."""
        logits, tokens = rng.normal(size=(5, 4)), restless_tokens(rng, 4, 5)
        truth = surprise(logits, tokens)
        assert_close(learner.next_token_loss(logits, tokens), truth)
        tokens[0] = (tokens[0] + 1) % 4
        logits[-1] = 50 * rng.normal(size=4)
        assert_close(learner.next_token_loss(logits, tokens), truth)

    def test_large_logits(self, learner, rng):
        """It is stable: logits whose exponentials overflow or underflow are right, silently."""
        for T, vocab in ((5, 4), (3, 3)):
            logits, tokens = 1e4 * rng.uniform(-1.0, 1.0, size=(T, vocab)), tokens_of(rng, vocab, T)
            logits[0, tokens[1]], logits[1, tokens[2]] = -1e4, 1e4
            with no_floating_point_warnings():
                got = learner.next_token_loss(logits, tokens)
            assert_close(got, surprise(logits, tokens), atol=1e-9)

    def test_shifted_rows(self, learner, rng):
        """It is stable: rows that lie far up or down, each elsewhere, have the same loss."""
        logits, tokens = rng.normal(size=(5, 4)), restless_tokens(rng, 4, 5)
        truth = surprise(logits, tokens)
        for shifts in ([1e4, -1e4, 0.0, 800.0, 5.0], [-1e4] * 5, [1e4] * 5, [0.0, 0, -1e4, 0, 9]):
            with no_floating_point_warnings():
                got = learner.next_token_loss(logits + np.array(shifts)[:, np.newaxis], tokens)
            assert_close(got, truth, atol=1e-9)

    def test_unlikely_tokens(self, learner, rng):
        """It is stable: however unlikely a token is, nothing caps the loss."""
        tokens = np.array([0, 1, 0], dtype=np.int64)
        for gap in (25.0, 40.0, 650.0, 725.0, 760.0, 2e4):
            logits = np.array([[gap / 2, -gap / 2], [0.0, gap], [0.0, 0.0]]) + rng.normal(size=2)
            with no_floating_point_warnings():
                got = learner.next_token_loss(logits, tokens)
            assert_close(got, surprise(logits, tokens), atol=1e-9)

    def test_keeps_inputs(self, learner, rng):
        """Logits and tokens are the same afterwards."""
        for scale in (1.0, 1e4):
            logits, tokens = scale * rng.normal(size=(4, 3)), restless_tokens(rng, 3, 4)
            logits[0, tokens[1]] -= 5 * scale  # a surprise, so that nothing is certain
            truth = surprise(logits, tokens)
            got = assert_keeps_inputs(learner.next_token_loss, logits, tokens)
            assert_close(got, truth, atol=1e-9)


def model_with_logits(logits):
    """Return a GPT without blocks that has exactly these logits, whatever it reads."""
    params = gpt_params(np.random.default_rng(1), len(logits), 4, 3, 0)
    params["wte"][:, 0] = logits
    params["lnf_gain"] = np.zeros(3)
    params["lnf_bias"] = np.eye(3)[0]
    return params


def next_distribution(params, seen, n_head, temperature, top_k):
    """Return the probabilities of the next token, or None where rounding decides the top k."""
    logits = gpt_by_parts(seen, params, n_head)[-1] / temperature
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], token))
    kept = order if top_k is None else order[:top_k]
    if len(kept) < len(order) and logits[kept[-1]] - logits[order[len(kept)]] < 1e-6:
        return None
    probs = np.zeros(len(logits))
    probs[kept] = np.exp(logits[kept] - logits[order[0]])
    return probs / probs.sum()


def mistaken_ways(text, context, n_head, temperature, top_k):
    """Yield what a slightly wrong program might read, and how it might draw from that."""
    seen = text[-context:]
    padded = [0] * (context - len(seen)) + seen
    for read in (text[:context], seen[1:], seen[:-1], seen[-1:], [text[0], *seen[1:]], padded):
        if read and read != seen:
            yield read, n_head, temperature, top_k
    if n_head != 1:
        yield seen, 1, temperature, top_k
    if temperature != 1:
        yield seen, n_head, 1.0, top_k
        yield seen, n_head, 1 / temperature, top_k
    if top_k is not None:
        yield seen, n_head, temperature, None
        yield seen, n_head, temperature, top_k + 1


@functools.cache
def story(seed, n_prompt, n_new, *, vocab=9, context=16, n_head=2, temperature=1.0, top_k=None):
    """Return a random GPT, a prompt, numbers u, and the text that they make: not to be changed.

    No rounding decides: each number is at least 1e-6 away from all running sums, as is the k-th
    largest logit from the next. Of forty such numbers each is the one with which the fewest of the
    mistaken ways would go on with the same token. All learners of a run share a story, since it
    takes longer to find than to grade.
    """
    rng = np.random.default_rng(seed)
    params = gpt_params(rng, vocab, context, 6, 1)
    while True:
        prompt = tokens_of(rng, vocab, n_prompt)
        text, u = prompt.tolist(), []
        for _ in range(n_new):
            probs = next_distribution(params, text[-context:], n_head, temperature, top_k)
            if probs is None:
                break
            sums = np.cumsum(probs)
            ways = mistaken_ways(text, context, n_head, temperature, top_k)
            others = [next_distribution(params, *way) for way in ways]
            if top_k is not None:  # cut off, and not scaled to sum to 1
                whole = next_distribution(params, text[-context:], n_head, temperature, None)
                others.append(np.where(probs > 0, whole, 0.0))
            other_sums = [np.cumsum(other) for other in others if other is not None]
            numbers = [x for x in rng.random(40) if np.min(np.abs(sums - x)) > 1e-6]
            u.append(min(numbers, key=lambda x: count_agreeing(x, sums, other_sums)))
            text.append(int(np.sum(sums <= u[-1])))
        else:
            return params, prompt, np.array(u), np.array(text, dtype=np.int64)


def count_agreeing(number, sums, other_sums):
    """Return how many of the other distributions give the same token for this number."""
    token = np.sum(sums <= number)
    return sum(np.sum(other <= number) == token for other in other_sums)


def seed_of(rng):
    """Return a seed that is the same for all learners of a run."""
    return int(rng.integers(2**32))


def assert_text(actual, expected):
    """Fail unless these are the tokens, in int64 where they are an array."""
    __tracebackhide__ = True
    assert_same(actual, expected, what="the text")
    dtype = getattr(actual, "dtype", None)
    if dtype not in (None, np.dtype(np.int64), np.dtype(int)):
        raise Mismatch(f"the text has dtype {dtype}, expected int64")


class TestGenerate:
    def test_writes_on(self, learner, rng):
        """Each new token is drawn after the last one, and is part of what the model reads next."""
        for vocab, n_head, n_prompt in ((9, 2, 3), (5, 1, 1), (13, 3, 6)):
            params, prompt, u, text = story(seed_of(rng), n_prompt, 6, vocab=vocab, n_head=n_head)
            assert_text(learner.generate(params, prompt, u, n_head), text)

    def test_inverse_cdf(self, learner, rng):
        """The token is the first whose probability, with those of all before it, exceeds u."""
        params = model_with_logits(np.log([1.0, 5.0, 2.0, 8.0, 3.0, 1.0]))  # of 20
        # One token comes twice in a row for certain: that ends nothing.
        tokens = np.array([1, 1, *rng.permutation([0, 1, 2, 3, 3, 3, 3, 4, 4, 5])])
        ends = np.array([0, 1, 6, 8, 16, 19, 20]) / 20
        u = ends[tokens] + rng.uniform(0.01, 0.99, size=12) * (ends[tokens + 1] - ends[tokens])
        prompt = np.array([3, 0], dtype=np.int64)
        assert_text(learner.generate(params, prompt, u, 1), [3, 0, *tokens])

    def test_never_an_impossible_token(self, learner):
        """A token of probability 0 is never drawn, not even for the least or the largest number."""
        prompt = np.array([1], dtype=np.int64)
        u = np.array([0.0, 1 - 2**-53, 0.0, 1 - 2**-53])
        for n in (3, 6, 10, 11, 49):
            # Where rounding makes n equal shares sum to less than 1, u can lie beyond the sum.
            logits = np.array([-2000.0, -1500.0, *np.zeros(n), -1500.0, -2000.0])
            expected = [1, 2, n + 1, 2, n + 1]
            params = model_with_logits(logits)
            assert_text(learner.generate(params, prompt, u, 1), expected)
            params = model_with_logits(np.where(logits == 0, 1.0, 0.5))
            assert_text(learner.generate(params, prompt, u, 1, top_k=n), expected)

    def test_temperature(self, learner, rng):
        """Logits are divided by the temperature, given by name or by place."""
        for temperature in (0.4, 2.5):
            params, prompt, u, text = story(seed_of(rng), 2, 6, temperature=temperature)
            got = learner.generate(params, prompt, u, 2, temperature=temperature)
            assert_text(got, text)
            assert_text(learner.generate(params, prompt, u, 2, temperature), text)

    def test_cold_and_hot(self, learner):
        """Near 0 the largest logit always wins; at high temperature all are equally likely."""
        params = model_with_logits(np.array([0.5, 2.0, -1.0, 1.5]))
        prompt = np.array([0, 3], dtype=np.int64)
        u = np.array([0.03, 0.22, 0.3, 0.45, 0.55, 0.7, 0.8, 0.97])
        for temperature in (0.01, 1e-4):
            got = learner.generate(params, prompt, u, 1, temperature=temperature)
            assert_text(got, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1])
        got = learner.generate(params, prompt, u, 1, temperature=1000.0)
        assert_text(got, [0, 3, 0, 0, 1, 1, 2, 2, 3, 3])

    def test_top_k(self, learner, rng):
        """Only the k most likely tokens stay, and share all probability, at any temperature."""
        for top_k, temperature in ((2, 1.0), (4, 3.0), (3, 0.5)):
            params, prompt, u, text = story(
                seed_of(rng), 2, 6, temperature=temperature, top_k=top_k
            )
            got = learner.generate(params, prompt, u, 2, temperature=temperature, top_k=top_k)
            assert_text(got, text)
            assert_text(learner.generate(params, prompt, u, 2, temperature, top_k), text)

    def test_every_k(self, learner, rng):
        """From 1, where the most likely token is certain, to all tokens, each k keeps k of them."""
        shares = rng.permutation([1.0, 2.0, 3.0, 5.0, 8.0, 13.0])
        prompt = np.array([2, 5], dtype=np.int64)
        for top_k in range(1, 7):
            kept = np.sort(np.argsort(-shares)[:top_k])
            own = shares[kept] / shares[kept].sum()
            ends = np.cumsum(own)
            u = np.concatenate([ends - 0.98 * own, ends - 0.02 * own])
            got = learner.generate(model_with_logits(np.log(shares)), prompt, u, 1, top_k=top_k)
            assert_text(got, [2, 5, *kept, *kept])

    def test_ties(self, learner, rng):
        """Where logits tie at the border of the top k, the lower tokens stay."""
        prompt = np.array([4], dtype=np.int64)
        for vocab in (6, 40):
            logits = rng.permutation(np.resize([2.0, 1.0, 1.0, 0.0, 1.0], vocab))
            high, middle = np.flatnonzero(logits == 2.0), np.flatnonzero(logits == 1.0)
            for n_middle in (1, len(middle) // 2, len(middle) - 1):
                kept = np.sort([*high, *middle[:n_middle]])
                own = np.where(logits[kept] == 2.0, math.e, 1.0)
                own /= own.sum()
                u = np.cumsum(own) - 0.5 * own  # the middle of each token's interval
                got = learner.generate(model_with_logits(logits), prompt, u, 1, top_k=len(kept))
                assert_text(got, [4, *kept])

    def test_crops_the_context(self, learner, rng):
        """The model reads the last tokens that it has room for, and the text keeps them all."""
        # After a single new token it makes no difference whether only the prompt was cropped.
        for context, n_prompt, n_new in (
            (4, 8, 1),
            (4, 3, 6),
            (4, 4, 6),
            (5, 9, 6),
            (3, 4, 6),
            (2, 1, 6),
            (1, 1, 6),
            (1, 3, 6),
        ):
            params, prompt, u, text = story(seed_of(rng), n_prompt, n_new, context=context)
            assert_text(learner.generate(params, prompt, u, 2), text)

    def test_keeps_prompt_and_model(self, learner, rng):
        """Prompt, numbers and parameters are the same afterwards."""
        for context, n_prompt in ((8, 3), (3, 5)):
            params, prompt, u, text = copy.deepcopy(
                story(seed_of(rng), n_prompt, 7, context=context, temperature=1.5, top_k=5)
            )
            got = assert_keeps_inputs(learner.generate, params, prompt, u, 2, 1.5, 5)
            assert_text(got, text)

    def test_in_two_parts(self, learner, rng):
        """Writing in one go or in two gives the same text, even where one part has no new token."""
        while True:
            params, prompt, u, text = story(seed_of(rng), 2, 7, n_head=1)
            if np.any(text[3:] == text[2:-1]):  # a token twice in a row
                break
        for n in (1, 4, 0):
            first = learner.generate(params, prompt, u[:n], 1)
            assert_text(first, text[: 2 + n])
            first = np.asarray(first, dtype=np.int64)
            assert_text(learner.generate(params, first, u[n:], 1), text)
