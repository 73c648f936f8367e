"""Right and wrong ways to write the exercises of `modern`."""

import math

import numpy as np

from grader.variants import right, wrong


def _softmax(scores):
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


# rms_norm


@right("rms_norm", "length over the root of the number of entries, by einsum")
def measures_lengths(x, gain, eps=1e-6):
    squares = np.einsum("...d,...d->...", x, x) / x.shape[-1]
    return gain * (x * (squares + eps)[..., None] ** -0.5)


@right("rms_norm", "vector by vector, number by number")
def loops_over_vectors(x, gain, eps=1e-6):
    result = np.empty(x.shape)
    for index in np.ndindex(x.shape[:-1]):
        vector = x[index].tolist()
        root = math.sqrt(sum(v * v for v in vector) / len(vector) + eps)
        result[index] = [g * v / root for g, v in zip(gain.tolist(), vector, strict=True)]
    return result


@right("rms_norm", "numpy's norm, squared again")
def asks_for_the_norm(x, gain, eps=1e-6):
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.divide(x, np.sqrt(length**2 / x.shape[-1] + eps)) * gain


@wrong("rms_norm", "You subtracted the mean: that is layer_norm, and this norm does without.")
def subtracts_the_mean(x, gain, eps=1e-6):
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You divided by the standard deviation: no mean is subtracted in the squares.")
def divides_by_the_deviation(x, gain, eps=1e-6):
    return x / np.sqrt(np.var(x, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You divided by the length of the vector: it is the mean of the squares.")
def divides_by_the_length(x, gain, eps=1e-6):
    return x / np.sqrt(np.sum(x**2, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You forgot the root: the mean square is not yet a size.")
def forgets_the_root(x, gain, eps=1e-6):
    return x / (np.mean(x**2, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You took the mean of magnitudes: it is the root of the mean square.")
def averages_magnitudes(x, gain, eps=1e-6):
    return x / (np.mean(np.abs(x), axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You divided the sum of squares by d - 1: it is their mean, over d.")
def has_one_entry_less(x, gain, eps=1e-6):
    d = max(x.shape[-1] - 1, 1)
    return x / np.sqrt(np.sum(x**2, axis=-1, keepdims=True) / d + eps) * gain


@wrong("rms_norm", "You added eps to the root: it is added under it.")
def adds_eps_outside(x, gain, eps=1e-6):
    return x / (np.sqrt(np.mean(x**2, axis=-1, keepdims=True)) + eps) * gain


@wrong("rms_norm", "You left eps out.")
def leaves_eps_out_of_the_norm(x, gain, eps=1e-6):
    root = np.sqrt(np.mean(x**2, axis=-1, keepdims=True))
    return x / np.where(root == 0, 1.0, root) * gain


@wrong("rms_norm", "You took the larger of mean square and eps: eps is added.")
def takes_the_larger_square(x, gain, eps=1e-6):
    return x / np.sqrt(np.maximum(np.mean(x**2, axis=-1, keepdims=True), eps)) * gain


@wrong("rms_norm", "Your eps is that of layer_norm unless given: here it is 1e-6.")
def has_the_eps_of_layer_norm(x, gain, eps=1e-5):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You added 1e-6 whatever eps is.")
def ignores_eps(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-6) * gain


@wrong("rms_norm", "You divided by 0 for a vector of zeros: eps is there to prevent that.")
def divides_by_zero(x, gain, eps=0.0):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * gain


@wrong("rms_norm", "You left the gain out.")
def leaves_the_gain_out(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)


@wrong("rms_norm", "You multiplied by the gain before normalising: it comes last.")
def applies_the_gain_first(x, gain, eps=1e-6):
    x = x * gain
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)


@wrong("rms_norm", "You multiplied by 1 + gain, as Gemma does: here it is the gain itself.")
def adds_one_to_the_gain(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * (1 + gain)


@wrong("rms_norm", "You normalised over the first axis: the vectors lie along the last one.")
def normalises_the_first_axis(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, axis=0, keepdims=True) + eps) * gain


@wrong("rms_norm", "You took one mean of all vectors: each is normalised by itself.")
def normalises_all_together(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2) + eps) * gain


@wrong("rms_norm", "You lost the last axis: keep it, so that each vector gets its own root.")
def loses_the_last_axis(x, gain, eps=1e-6):
    return x / np.sqrt(np.mean(x**2, axis=-1) + eps) * gain


@wrong("rms_norm", "You worked in float32: that is too coarse here.")
def works_in_float32(x, gain, eps=1e-6):
    x = x.astype(np.float32)
    return (x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + np.float32(eps))) * gain


@wrong("rms_norm", "You normalised the caller's own array.")
def normalises_in_place(x, gain, eps=1e-6):
    x /= np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)
    return x * gain


# rope


def _angles(x, positions, base):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("x")
    return positions[:, None] * float(base) ** (-np.arange(0, d, 2) / d)


def _turn(x, angles):
    """Turn each pair of neighbours by its angle."""
    cos, sin = np.cos(angles), np.sin(angles)
    result = np.empty(x.shape)
    result[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
    result[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
    return result


@right("rope", "complex numbers, as Llama's own code")
def multiplies_complex_numbers(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2 == 1:
        raise ValueError("x")
    z = x[..., 0::2] + 1j * x[..., 1::2]
    z = z * np.exp(1j * np.outer(positions, 1.0 / base ** (np.arange(0, d, 2) / d)))
    return np.stack([z.real, z.imag], axis=-1).reshape(x.shape)


@right("rope", "a matrix of turns for each position")
def multiplies_matrices(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("x")
    turns = np.zeros((len(positions), d, d))
    for t, p in enumerate(positions.tolist()):
        for i in range(0, d, 2):
            angle = p * math.exp(-i / d * math.log(base))
            c, s = math.cos(angle), math.sin(angle)
            turns[t, i : i + 2, i : i + 2] = [[c, -s], [s, c]]
    return np.einsum("tij,...tj->...ti", turns, x)


@right("rope", "x times cosines plus its quarter turn times sines")
def adds_a_quarter_turn(x, positions, base=10000.0):
    angles = np.repeat(_angles(x, positions, base), 2, axis=1)
    quarter = np.empty_like(x)
    quarter[..., 0::2], quarter[..., 1::2] = -x[..., 1::2], x[..., 0::2]
    return x * np.cos(angles) + quarter * np.sin(angles)


@right("rope", "pair by pair in a loop")
def loops_over_pairs(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2 != 0:
        raise ValueError("x")
    result = x.copy()
    for i in range(d // 2):
        angle = positions * base ** (-2 * i / d)
        a, b = x[..., 2 * i], x[..., 2 * i + 1]
        result[..., 2 * i] = a * np.cos(angle) - b * np.sin(angle)
        result[..., 2 * i + 1] = a * np.sin(angle) + b * np.cos(angle)
    return result


@wrong(
    "rope",
    "You paired entry i with entry i + d/2, as Hugging Face does: here pairs are neighbours.",
)
def pairs_the_halves(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    cos, sin = np.cos(angles), np.sin(angles)
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


@wrong("rope", "You put first entries of the pairs in front: each goes back to its place.")
def puts_halves_side_by_side(x, positions, base=10000.0):
    turned = _turn(x, _angles(x, positions, base))
    return np.concatenate([turned[..., 0::2], turned[..., 1::2]], axis=-1)


@wrong("rope", "You turned clockwise: the first entry loses b sin θ, the second gains a sin θ.")
def turns_clockwise(x, positions, base=10000.0):
    return _turn(x, -_angles(x, positions, base))


@wrong("rope", "You turned nothing: one of your two signs makes a reflection or a stretch.")
def has_two_plus_signs(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    cos, sin = np.cos(angles), np.sin(angles)
    result = np.empty(x.shape)
    result[..., 0::2] = x[..., 0::2] * cos + x[..., 1::2] * sin
    result[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
    return result


@wrong("rope", "You used the entry that was already turned: both need the old pair.")
def uses_the_turned_entry(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    cos, sin = np.cos(angles), np.sin(angles)
    result = x.copy()
    result[..., 0::2] = result[..., 0::2] * cos - result[..., 1::2] * sin
    result[..., 1::2] = result[..., 0::2] * sin + result[..., 1::2] * cos
    return result


@wrong("rope", "Your speeds fall half as fast: the exponent of pair i is -2i/d.")
def halves_the_exponent(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    d = x.shape[-1]
    return _turn(x, positions[:, None] * base ** (-np.arange(d // 2) / d) + 0 * angles)


@wrong("rope", "Your speeds fall twice as fast: the exponent of pair i is -2i/d.")
def doubles_the_exponent(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    d = x.shape[-1]
    return _turn(x, positions[:, None] * base ** (-2 * np.arange(0, d, 2) / d) + 0 * angles)


@wrong("rope", "Your speeds grow: the exponent is negative, and the first pair is the fastest.")
def speeds_up(x, positions, base=10000.0):
    _angles(x, positions, base)
    d = x.shape[-1]
    return _turn(x, positions[:, None] * base ** (np.arange(0, d, 2) / d))


@wrong("rope", "Your first pair already turns more slowly: its speed is 1.")
def counts_pairs_from_one(x, positions, base=10000.0):
    _angles(x, positions, base)
    d = x.shape[-1]
    return _turn(x, positions[:, None] * base ** (-np.arange(2, d + 2, 2) / d))


@wrong("rope", "You turned all pairs at one speed: each has its own.")
def has_one_speed(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    return _turn(x, np.repeat(angles[:, :1], angles.shape[1], axis=1))


@wrong("rope", "You always took 10,000 for base.")
def ignores_base(x, positions, base=10000.0):
    return _turn(x, _angles(x, positions, 10000.0))


@wrong("rope", "You numbered the vectors yourself: their positions are given.")
def numbers_the_vectors(x, positions, base=10000.0):
    return _turn(x, _angles(x, np.arange(len(positions)), base))


@wrong("rope", "You started from the first position given: each is used as it is.")
def starts_from_the_first(x, positions, base=10000.0):
    return _turn(x, _angles(x, positions - positions[0], base))


@wrong("rope", "You counted positions from 1: position 0 turns nothing.")
def counts_from_one(x, positions, base=10000.0):
    return _turn(x, _angles(x, positions + 1, base))


@wrong("rope", "You added cosines and sines, as the first transformer did: vectors are turned.")
def adds_waves(x, positions, base=10000.0):
    angles = _angles(x, positions, base)
    waves = np.empty((len(positions), x.shape[-1]))
    waves[:, 0::2], waves[:, 1::2] = np.sin(angles), np.cos(angles)
    return x + waves


@wrong("rope", "You turned by full turns: the angle is in radians, without a factor 2π.")
def turns_full_circles(x, positions, base=10000.0):
    return _turn(x, 2 * np.pi * _angles(x, positions, base))


@wrong("rope", "You turned by degrees: numpy's cosine takes radians, and so does the formula.")
def turns_by_degrees(x, positions, base=10000.0):
    return _turn(x, np.deg2rad(_angles(x, positions, base)))


@wrong("rope", "You took the first axis for the positions: they lie on the last but one.")
def takes_the_first_axis(x, positions, base=10000.0):
    if x.ndim == 2:
        return _turn(x, _angles(x, positions, base))
    numbers = np.arange(x.shape[0]).reshape(-1, *[1] * (x.ndim - 1))
    return _turn(x, numbers + 0 * _angles(x, positions, base))


@wrong("rope", "You worked in float32: that is too coarse here.")
def turns_in_float32(x, positions, base=10000.0):
    return _turn(x, _angles(x, positions, base).astype(np.float32))


@wrong("rope", "You let an odd entry pass: without a partner it cannot turn, and is an error.")
def leaves_the_odd_entry(x, positions, base=10000.0):
    even = x[..., : x.shape[-1] // 2 * 2]
    if even.shape[-1] == 0:
        return x.copy()
    turned = _turn(even, _angles(even, positions, base))
    return np.concatenate([turned, x[..., even.shape[-1] :]], axis=-1)


@wrong("rope", "You refused with an assert: the contract asks for a ValueError.")
def asserts_pairs(x, positions, base=10000.0):
    assert x.shape[-1] % 2 == 0
    return _turn(x, _angles(x, positions, base))


@wrong("rope", "You turned the caller's own array.")
def turns_in_place(x, positions, base=10000.0):
    x[...] = _turn(x, _angles(x, positions, base))
    return x


# swiglu


def _silu(z):
    e = np.exp(-np.abs(z))
    return z * np.where(z >= 0, 1.0, e) / (1.0 + e)


@right("swiglu", "the sigmoid by the sign of its argument")
def treats_signs_apart(x, W_gate, W_up, W_down):
    return np.matmul(_silu(np.matmul(x, W_gate.T)) * np.matmul(x, W_up.T), W_down.T)


@right("swiglu", "the sigmoid through tanh, and einsum")
def goes_through_tanh(x, W_gate, W_up, W_down):
    z = np.einsum("...d,hd->...h", x, W_gate)
    hidden = z * 0.5 * (1 + np.tanh(z / 2)) * np.einsum("...d,hd->...h", x, W_up)
    return np.einsum("...h,dh->...d", hidden, W_down)


@right("swiglu", "both first layers as one, arguments of exp clipped where nothing changes")
def joins_the_first_layers(x, W_gate, W_up, W_down):
    both = x @ np.concatenate([W_gate, W_up]).T
    z, up = np.split(both, 2, axis=-1)
    return (z / (1 + np.exp(-np.clip(z, -700.0, None))) * up) @ W_down.T


@right("swiglu", "vector by vector, unit by unit")
def loops_over_units(x, W_gate, W_up, W_down):
    result = np.zeros((*x.shape[:-1], len(W_down)))
    for index in np.ndindex(x.shape[:-1]):
        for gate, up, down in zip(W_gate, W_up, W_down.T, strict=True):
            z = float(np.dot(gate, x[index]))
            silu = z / (1 + math.exp(-z)) if z > -700 else 0.0
            result[index] += silu * float(np.dot(up, x[index])) * down
    return result


@wrong("swiglu", "You swapped the two layers: the gate is the one that is bent.")
def swaps_the_layers(x, W_gate, W_up, W_down):
    return (_silu(x @ W_up.T) * (x @ W_gate.T)) @ W_down.T


@wrong("swiglu", "You bent both layers: only the gate is bent.")
def bends_both(x, W_gate, W_up, W_down):
    return (_silu(x @ W_gate.T) * _silu(x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You bent the product: the gate is bent first, and then multiplied.")
def bends_the_product(x, W_gate, W_up, W_down):
    return _silu((x @ W_gate.T) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You took the sigmoid for the bend: silu(z) is z times it.")
def takes_the_sigmoid(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    return (0.5 * (1 + np.tanh(z / 2)) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You took the ReLU for the bend: it is z·σ(z).")
def takes_the_relu(x, W_gate, W_up, W_down):
    return (np.maximum(x @ W_gate.T, 0.0) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You took the GELU for the bend: it is z·σ(z).")
def takes_the_gelu(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    phi = 0.5 * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2.0))
    return (z * phi * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You put a factor 1.702 into the sigmoid: that approximates the GELU.")
def takes_the_fast_gelu(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    return (z * 0.5 * (1 + np.tanh(1.702 * z / 2)) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You added the two layers: they are multiplied.")
def adds_the_layers(x, W_gate, W_up, W_down):
    return (_silu(x @ W_gate.T) + x @ W_up.T) @ W_down.T


@wrong("swiglu", "You left the gate out of the way: its silu multiplies the other layer.")
def has_no_other_layer(x, W_gate, W_up, W_down):
    return _silu(x @ W_gate.T) @ W_down.T


@wrong("swiglu", "You left the last layer out: the result has the length of x again.")
def leaves_the_last_layer_out(x, W_gate, W_up, W_down):
    return _silu(x @ W_gate.T) * (x @ W_up.T)


@wrong(
    "swiglu",
    "You did not transpose the weights: they are (out, in), even where both are equal.",
)
def forgets_to_transpose(x, W_gate, W_up, W_down):
    if W_gate.shape[0] == W_gate.shape[1]:
        return (_silu(x @ W_gate) * (x @ W_up)) @ W_down
    return (_silu(x @ W_gate.T) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You summed over the tokens: each vector has a result of its own.")
def sums_over_tokens(x, W_gate, W_up, W_down):
    out = (_silu(x @ W_gate.T) * (x @ W_up.T)) @ W_down.T
    return out.sum(axis=0) if out.ndim > 1 else out


@wrong("swiglu", "You returned x plus the result: the sum comes outside of this function.")
def adds_x(x, W_gate, W_up, W_down):
    return x + (_silu(x @ W_gate.T) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "Your exponential overflows for a gate that is shut.")
def overflows_when_shut(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    return (z / (1 + np.exp(-z)) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "Your exponential overflows for a gate that is open: inf over inf is nan.")
def overflows_when_open(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    return (z * np.exp(z) / (1 + np.exp(z)) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "Your exponential overflows for a gate that is shut.")
def computes_both_branches(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    sigmoid = np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    return (z * sigmoid * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You cut the gate itself: only what goes into the exponential may be cut.")
def cuts_the_gate(x, W_gate, W_up, W_down):
    return (_silu(np.clip(x @ W_gate.T, -500.0, 500.0)) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You cut too early: far below 0 the sigmoid is smaller than that.")
def cuts_too_early(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    return (z / (1 + np.exp(-np.clip(z, -20.0, 20.0))) * (x @ W_up.T)) @ W_down.T


@wrong("swiglu", "You scaled the caller's own weights, or wrote into them.")
def writes_into_the_weights(x, W_gate, W_up, W_down):
    W_gate *= -1.0
    z = x @ W_gate.T
    return (_silu(-z) * (x @ W_up.T)) @ W_down.T


# cached_attention


@right("cached_attention", "causal attention over all tokens, its last row")
def takes_the_last_row(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    Q = np.tile(q, (len(K), 1))
    scores = np.where(np.tri(len(K), dtype=bool), Q @ K.T / np.sqrt(K.shape[1]), -np.inf)
    return (_softmax(scores) @ V)[-1], K, V


@right("cached_attention", "key by key, with running maximum and sums")
def runs_along_the_keys(q, k, v, cache_k, cache_v):
    K = [*cache_k.tolist(), k.tolist()]
    V = [*cache_v.tolist(), v.tolist()]
    largest, total, mix = -math.inf, 0.0, np.zeros(len(v))
    for key, value in zip(K, V, strict=True):
        score = sum(a * b for a, b in zip(q.tolist(), key, strict=True)) / math.sqrt(len(q))
        new = max(largest, score)
        shrink, share = math.exp(largest - new), math.exp(score - new)
        total = total * shrink + share
        mix = mix * shrink + share * np.array(value)
        largest = new
    return mix / total, np.array(K), np.array(V)


@right("cached_attention", "new arrays that are filled, and einsum")
def fills_new_arrays(q, k, v, cache_k, cache_v):
    t, d = cache_k.shape
    K, V = np.empty((t + 1, d)), np.empty((t + 1, d))
    K[:t], K[t], V[:t], V[t] = cache_k, k, cache_v, v
    weights = _softmax(np.einsum("td,d->t", K, q) * d**-0.5)
    return np.einsum("t,td->d", weights, V), K, V


def _attend(q, K, V):
    return _softmax(K @ q / np.sqrt(len(q))) @ V


@wrong("cached_attention", "You read the old cache only: a token also reads itself.")
def does_not_read_itself(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    output = _attend(q, cache_k, cache_v) if len(cache_k) else v.copy()
    return output, K, V


@wrong("cached_attention", "You put the new token in front: it comes last.")
def puts_the_new_one_first(q, k, v, cache_k, cache_v):
    K, V = np.vstack([k, cache_k]), np.vstack([v, cache_v])
    return _attend(q, K, V), K, V


@wrong("cached_attention", "You returned the caches as they were: the new token joins them.")
def returns_the_old_caches(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, K, V), cache_k, cache_v


@wrong("cached_attention", "You dropped the oldest token: all stay.")
def drops_the_oldest(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    if len(K) > 1:
        return _attend(q, K, V), K[1:], V[1:]
    return _attend(q, K, V), K, V


@wrong("cached_attention", "You swapped the new caches: keys come before values.")
def swaps_the_caches(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, K, V), V, K


@wrong("cached_attention", "You swapped keys and values in the attention.")
def swaps_keys_and_values(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, V, K), K, V


@wrong("cached_attention", "You put the query into the cache: it holds keys.")
def keeps_the_query(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, K, V), np.vstack([cache_k, q]), V


@wrong("cached_attention", "You asked with the new key: it is the query that asks.")
def asks_with_the_key(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(k, K, V), K, V


@wrong("cached_attention", "You did not divide the scores by √d.")
def does_not_scale(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _softmax(K @ q) @ V, K, V


@wrong("cached_attention", "You divided the scores by d: it is its root.")
def divides_by_d(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _softmax(K @ q / len(q)) @ V, K, V


@wrong("cached_attention", "You divided the scores by the root of the number of tokens.")
def divides_by_the_tokens(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _softmax(K @ q / np.sqrt(len(K))) @ V, K, V


@wrong("cached_attention", "You took the best match only: the softmax averages.")
def takes_the_best(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return V[np.argmax(K @ q)].copy(), K, V


@wrong("cached_attention", "You left the softmax out: scores are not weights.")
def leaves_the_softmax_out(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return K @ q / np.sqrt(len(q)) @ V, K, V


@wrong("cached_attention", "Your exponential overflows: subtract the largest score first.")
def overflows(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    shares = np.exp(K @ q / np.sqrt(len(q)))
    return shares @ V / shares.sum(), K, V


@wrong("cached_attention", "You masked all but the first token: the whole cache may be seen.")
def masks_the_cache(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    scores = (K @ q / np.sqrt(len(q)))[np.newaxis]
    scores = np.where(np.tri(*scores.shape, dtype=bool), scores, -np.inf)
    return (_softmax(scores) @ V)[0], K, V


@wrong("cached_attention", "You averaged the old output with the new value.")
def averages_by_hand(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return V.mean(axis=0), K, V


@wrong("cached_attention", "You kept an axis of length 1: the output has shape (d,).")
def keeps_an_axis(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, K, V)[np.newaxis], K, V


@wrong("cached_attention", "You returned the output alone: the new caches belong to the result.")
def returns_the_output_alone(q, k, v, cache_k, cache_v):
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _attend(q, K, V)


@wrong("cached_attention", "You cannot start a text: with empty caches a token reads itself.")
def needs_a_cache(q, k, v, cache_k, cache_v):
    largest = np.max(cache_k @ q)
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    scores = K @ q / np.sqrt(len(q)) + 0.0 * largest
    return _softmax(scores) @ V, K, V


@wrong("cached_attention", "You scaled the caller's own query.")
def scales_the_query_in_place(q, k, v, cache_k, cache_v):
    q /= np.sqrt(len(q))
    K, V = np.vstack([cache_k, k]), np.vstack([cache_v, v])
    return _softmax(K @ q) @ V, K, V
