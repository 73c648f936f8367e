"""Compare week 4's nanoGPT with PyTorch's own modules in float64, piece by piece and as a whole."""

import math

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same

TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def _block_params(rng, d):
    shapes = {
        "ln1_gain": (d,),
        "ln1_bias": (d,),
        "W_qkv": (3 * d, d),
        "b_qkv": (3 * d,),
        "W_out": (d, d),
        "b_out": (d,),
        "ln2_gain": (d,),
        "ln2_bias": (d,),
        "W_fc": (4 * d, d),
        "b_fc": (4 * d,),
        "W_proj": (d, 4 * d),
        "b_proj": (d,),
    }
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _gpt_params(rng, vocab, context, d, n_blocks):
    return {
        "wte": rng.normal(size=(vocab, d)),
        "wpe": rng.normal(size=(context, d)),
        "blocks": [_block_params(rng, d) for _ in range(n_blocks)],
        "lnf_gain": rng.normal(size=d),
        "lnf_bias": rng.normal(size=d),
    }


def _filled(torch, module, weight, bias):
    """Return a module of PyTorch in float64 with these weights."""
    module = module.to(torch.float64)
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight))
        module.bias.copy_(torch.tensor(bias))
    return module


def _torch_block(torch, p, n_head):
    """Return a block made of torch.nn.LayerNorm, MultiheadAttention, Linear and GELU."""
    nn, d = torch.nn, len(p["ln1_gain"])
    ln1 = _filled(torch, nn.LayerNorm(d), p["ln1_gain"], p["ln1_bias"])
    ln2 = _filled(torch, nn.LayerNorm(d), p["ln2_gain"], p["ln2_bias"])
    attention = nn.MultiheadAttention(d, n_head, batch_first=True).to(torch.float64)
    with torch.no_grad():
        attention.in_proj_weight.copy_(torch.tensor(p["W_qkv"]))
        attention.in_proj_bias.copy_(torch.tensor(p["b_qkv"]))
    _filled(torch, attention.out_proj, p["W_out"], p["b_out"])
    mlp = nn.Sequential(
        _filled(torch, nn.Linear(d, 4 * d), p["W_fc"], p["b_fc"]),
        nn.GELU(),
        _filled(torch, nn.Linear(4 * d, d), p["W_proj"], p["b_proj"]),
    )

    def attend(x):
        is_hidden = torch.ones(x.shape[-2], x.shape[-2], dtype=torch.bool).triu(1)
        return attention(x, x, x, attn_mask=is_hidden, need_weights=False)[0]

    def forward(x):
        x = x + attend(ln1(x))
        return x + mlp(ln2(x))

    return attend, forward


def _torch_gpt(torch, tokens, params, n_head):
    """Return the logits of a GPT made of PyTorch's modules."""
    d = params["wte"].shape[1]
    wte = torch.nn.Embedding.from_pretrained(torch.tensor(params["wte"]))
    wpe = torch.nn.Embedding.from_pretrained(torch.tensor(params["wpe"]))
    lnf = _filled(torch, torch.nn.LayerNorm(d), params["lnf_gain"], params["lnf_bias"])
    x = (wte(torch.tensor(tokens)) + wpe(torch.arange(len(tokens))))[None]
    for p in params["blocks"]:
        _, forward = _torch_block(torch, p, n_head)
        x = forward(x)
    with torch.no_grad():
        return torch.nn.functional.linear(lnf(x), wte.weight)[0].numpy()


def test_gelu_agrees_with_many_digits(solutions):
    """It is x·Φ(x) of mpmath with 40 digits, far within 1e-12, and relatively in the left tail."""
    mpmath = pytest.importorskip("mpmath", reason="mpmath has the error function to any precision")
    x = np.concatenate([np.linspace(-40.0, 10.0, 501), [-1000.0, 1000.0]])
    with mpmath.workdps(40):
        truth = [float(mpmath.mpf(v) * mpmath.ncdf(mpmath.mpf(v))) for v in x]
    assert_close(solutions.gelu(x), truth, rtol=1e-12, atol=1e-300)


def test_gelu_agrees_with_scipy(solutions, rng):
    """It is x times the normal distribution function of scipy, for arrays and for numbers."""
    special = pytest.importorskip("scipy.special", reason="scipy has the normal distribution")
    x = 10 * rng.normal(size=(3, 4, 5))
    assert_close(solutions.gelu(x), x * special.ndtr(x), rtol=1e-12, atol=1e-15)
    assert_close(solutions.gelu(-1.5), -1.5 * special.ndtr(-1.5), rtol=1e-12, atol=0.0)


def test_gelu_agrees_with_torch(solutions, torch, rng):
    """It is torch.nn.GELU() and not its approximation."""
    x = 4 * rng.normal(size=(2, 3, 50))
    got = solutions.gelu(x)
    assert_close(got, torch.nn.GELU()(torch.tensor(x)).numpy(), rtol=0.0, atol=1e-12)
    other = torch.nn.GELU(approximate="tanh")(torch.tensor(x)).numpy()
    assert 1e-4 < np.max(np.abs(got - other)) < 5e-4


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 1), (2, 3, 4, 5)])
def test_layer_norm_agrees_with_torch(solutions, torch, rng, shape):
    """It is torch.nn.LayerNorm over the last axis, with any eps."""
    d = shape[-1]
    x, (gain, bias) = 5 * rng.normal(size=shape) + 3, rng.normal(size=(2, d))
    for eps in (1e-5, 1e-12, 0.3):
        norm = _filled(torch, torch.nn.LayerNorm(d, eps=eps), gain, bias)
        truth = norm(torch.tensor(x)).detach().numpy()
        assert_close(solutions.layer_norm(x, gain, bias, eps), truth, **TIGHT)
    norm = _filled(torch, torch.nn.LayerNorm(d), gain, bias)
    truth = norm(torch.tensor(1e-3 * x)).detach().numpy()
    assert_close(solutions.layer_norm(1e-3 * x, gain, bias), truth, **TIGHT)


@pytest.mark.parametrize("shape", [(5, 3), (1, 4), (4, 4), (2, 5, 1), (2, 3, 4, 5)])
def test_attention_agrees_with_torch(solutions, torch, rng, shape):
    """It is torch's scaled dot-product attention with is_causal."""
    Q, K, V = 2 * rng.normal(size=(3, *shape))
    sdpa = torch.nn.functional.scaled_dot_product_attention
    truth = sdpa(*map(torch.tensor, (Q, K, V)), is_causal=True).numpy()
    assert_close(solutions.causal_attention(Q, K, V), truth, **TIGHT)


@pytest.mark.parametrize(("shape", "n_head"), [((5, 4), 2), ((3, 6), 6), ((2, 3, 12), 4)])
def test_heads_agree_with_torch(solutions, torch, rng, shape, n_head):
    """It is torch.nn.MultiheadAttention with a causal mask."""
    x, p = rng.normal(size=shape), _block_params(rng, shape[-1])
    attend, _ = _torch_block(torch, p, n_head)
    truth = attend(torch.tensor(x)).detach().numpy()
    weights = (p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"])
    assert_close(solutions.multi_head_attention(x, *weights, n_head), truth, **TIGHT)


@pytest.mark.parametrize(("shape", "n_head"), [((5, 4), 2), ((1, 6), 3), ((2, 3, 12), 4)])
def test_block_agrees_with_torch(solutions, torch, rng, shape, n_head):
    """A block is that of torch's modules, norms first."""
    p = _block_params(rng, shape[-1])
    _, forward = _torch_block(torch, p, n_head)
    for scale in (1.0, 1e-3):
        x = scale * rng.normal(size=shape)
        truth = forward(torch.tensor(x)).detach().numpy()
        assert_close(solutions.transformer_block(x, p, n_head), truth, **TIGHT)


def test_block_agrees_with_torch_encoder(solutions, torch, rng):
    """A block is also what torch.nn.TransformerEncoderLayer calls norm_first."""
    d, n_head, p = 6, 3, _block_params(rng, 6)
    layer = torch.nn.TransformerEncoderLayer(
        d, n_head, 4 * d, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    ).to(torch.float64)
    names = ["ln1_gain", "ln1_bias", "ln2_gain", "ln2_bias"]
    targets = [layer.norm1.weight, layer.norm1.bias, layer.norm2.weight, layer.norm2.bias]
    names += ["W_qkv", "b_qkv", "W_out", "b_out", "W_fc", "b_fc", "W_proj", "b_proj"]
    attention = layer.self_attn
    targets += [attention.in_proj_weight, attention.in_proj_bias]
    targets += [attention.out_proj.weight, attention.out_proj.bias]
    targets += [layer.linear1.weight, layer.linear1.bias, layer.linear2.weight, layer.linear2.bias]
    with torch.no_grad():
        for name, target in zip(names, targets, strict=True):
            target.copy_(torch.tensor(p[name]))
        x = rng.normal(size=(2, 5, d))
        is_hidden = torch.ones(5, 5, dtype=torch.bool).triu(1)
        truth = layer(torch.tensor(x), src_mask=is_hidden).numpy()
    assert_close(solutions.transformer_block(x, p, n_head), truth, **TIGHT)


@pytest.mark.parametrize("sizes", [(11, 8, 8, 3, 2, 6), (5, 4, 6, 1, 3, 4), (7, 9, 4, 2, 4, 1)])
def test_gpt_agrees_with_torch(solutions, torch, rng, sizes):
    """The whole forward pass is that of a GPT out of torch's modules, to 1e-10."""
    vocab, context, d, n_blocks, n_head, T = sizes
    params = _gpt_params(rng, vocab, context, d, n_blocks)
    tokens = rng.integers(vocab, size=T)
    truth = _torch_gpt(torch, tokens, params, n_head)
    assert_close(solutions.gpt_logits(tokens, params, n_head), truth, **TIGHT)


def test_loss_agrees_with_torch(solutions, torch, rng):
    """It is torch's cross_entropy of the shifted targets, also for huge logits."""
    tokens = rng.integers(5, size=8)
    for scale in (1.0, 30.0, 1e4):
        logits = scale * rng.uniform(-1.0, 1.0, size=(8, 5))
        truth = torch.nn.functional.cross_entropy(
            torch.tensor(logits[:-1]), torch.tensor(tokens[1:])
        )
        assert_close(solutions.next_token_loss(logits, tokens), truth.item(), rtol=1e-12)


@pytest.mark.parametrize(("temperature", "top_k"), [(1.0, None), (0.5, 3), (3.0, 6)])
def test_text_agrees_with_torch(solutions, torch, rng, temperature, top_k):
    """The text is that of nanoGPT's loop over torch's GPT, the drawing done with u."""
    params, prompt, u = _gpt_params(rng, 11, 6, 8, 2), rng.integers(11, size=3), rng.random(20)
    text = torch.tensor(prompt)
    for number in u:
        logits = torch.tensor(_torch_gpt(torch, text[-6:].numpy(), params, 2)[-1] / temperature)
        if top_k is not None:
            least = torch.topk(logits, top_k).values[-1]
            logits[logits < least] = -math.inf
        sums = torch.softmax(logits, dim=-1).cumsum(dim=-1)
        assert torch.min(torch.abs(sums - number)) > 1e-6, "rounding would decide"
        token = torch.searchsorted(sums, torch.tensor([number]), right=True)
        text = torch.cat([text, token])
    got = solutions.generate(params, prompt, u, 2, temperature, top_k)
    assert_same(got, text.numpy())


def test_text_follows_the_distribution(solutions):
    """Over many numbers the share of each token is its probability."""
    params = _gpt_params(np.random.default_rng(0), 5, 1, 4, 1)
    prompt = np.array([3])
    u = (np.arange(200) + 0.5) / 200
    drawn = [solutions.generate(params, prompt, np.array([v]), 2)[1] for v in u]
    probs = solutions.softmax(solutions.gpt_logits(prompt, params, 2)[0])
    assert_close(np.bincount(drawn, minlength=5) / 200, probs, rtol=0.0, atol=1 / 200)
