"""Put references in the place of the modules that a GPT in PyTorch is made of, one by one and all.

What learners name when they read nanoGPT is then not only alike: it can be exchanged. The model has
the shape of nanoGPT's: norms first, one layer for queries, keys and values, tied embeddings.
"""

import math

import numpy as np
import pytest

from grader.course import Course
from kata.comparisons import assert_close

VOCAB, CONTEXT, D, N_HEAD, N_LAYER = 11, 6, 8, 2, 2
TIGHT = {"rtol": 1e-10, "atol": 1e-10}


def reference(week: int, module: str):
    course = Course()
    return course.reference(course.module(f"week{week}", module))


NANOGPT = reference(4, "nanogpt")
LINEAR = reference(1, "vectors").linear
SOFTMAX = reference(3, "softmax")


@pytest.fixture
def model(torch):
    """Return a small GPT of PyTorch's modules in float64, with weights as nanoGPT draws them."""
    nn, functional = torch.nn, torch.nn.functional

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.c_attn, self.c_proj = nn.Linear(D, 3 * D), nn.Linear(D, D)

        def forward(self, x):
            heads = self.c_attn(x).unflatten(-1, (3, N_HEAD, D // N_HEAD))
            q, k, v = heads.movedim(-3, 0).transpose(-2, -3)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.c_proj(y.transpose(-2, -3).flatten(-2))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1, self.attn, self.ln_2 = nn.LayerNorm(D), Attention(), nn.LayerNorm(D)
            self.mlp = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))

        def forward(self, x):
            x = x + self.attn(self.ln_1(x))
            return x + self.mlp(self.ln_2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.wpe = nn.Embedding(VOCAB, D), nn.Embedding(CONTEXT, D)
            self.h = nn.ModuleList(Block() for _ in range(N_LAYER))
            self.ln_f, self.lm_head = nn.LayerNorm(D), nn.Linear(D, VOCAB, bias=False)
            self.lm_head.weight = self.wte.weight

        def forward(self, tokens):
            x = self.wte(tokens) + self.wpe(torch.arange(len(tokens)))
            for block in self.h:
                x = block(x)
            return self.lm_head(self.ln_f(x))

    torch.manual_seed(7)
    made = GPT().to(torch.float64)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            is_residual = name.endswith(("attn.c_proj.weight", "mlp.2.weight"))
            std = 0.02 / math.sqrt(2 * N_LAYER) if is_residual else 0.02
            # Ten times as large, and biases too: weights of 0.02 would hide an exchanged one.
            parameter.normal_(0.0, 10 * std)
    return made.requires_grad_(False)


def ours(torch, function, *weights):
    """Return a module of PyTorch that calls one of our references."""

    class Ours(torch.nn.Module):
        def forward(self, x):
            return torch.from_numpy(np.asarray(function(x.numpy(), *weights)))

    return Ours()


def arrays(module):
    """Return the weight and the bias of a module."""
    return [parameter.numpy() for parameter in module.parameters()]


def replace_norms(torch, model):
    for block in model.h:
        block.ln_1 = ours(torch, NANOGPT.layer_norm, *arrays(block.ln_1))
        block.ln_2 = ours(torch, NANOGPT.layer_norm, *arrays(block.ln_2))
    model.ln_f = ours(torch, NANOGPT.layer_norm, *arrays(model.ln_f))


def replace_attention(torch, model):
    for block in model.h:
        weights = [*arrays(block.attn.c_attn), *arrays(block.attn.c_proj)]
        block.attn = ours(torch, NANOGPT.multi_head_attention, *weights, N_HEAD)


def replace_projections(torch, model):
    for block in model.h:
        block.attn.c_attn = ours(torch, LINEAR, *arrays(block.attn.c_attn))


def replace_mlp(torch, model):
    for block in model.h:
        for index in (0, 2):
            block.mlp[index] = ours(torch, LINEAR, *arrays(block.mlp[index]))
        block.mlp[1] = ours(torch, NANOGPT.gelu)


def replace_head(torch, model):
    model.lm_head = ours(torch, LINEAR, model.wte.weight.numpy(), np.zeros(VOCAB))


PARTS = (replace_projections, replace_norms, replace_attention, replace_mlp, replace_head)


# The projections are inside of attention.
CASES = [*((part,) for part in PARTS), PARTS[1:]]


@pytest.mark.parametrize("parts", CASES, ids=["_".join(p.__name__ for p in ps) for ps in CASES])
def test_references_stand_in_for_modules(torch, model, parts):
    """The logits stay what they were, whichever modules are ours."""
    tokens = torch.tensor([3, 1, 4, 1, 5])
    expected = model(tokens).numpy()
    for replace in parts:
        replace(torch, model)
    assert_close(model(tokens).numpy(), expected, **TIGHT)


def test_a_reference_in_the_wrong_place_is_noticed(torch, model):
    """The comparison is not blind: without the bias of the norms the logits are others."""
    tokens = torch.tensor([3, 1, 4, 1, 5])
    expected = model(tokens).numpy()
    gain, bias = arrays(model.ln_f)
    model.ln_f = ours(torch, NANOGPT.layer_norm, gain, 0 * bias)
    assert np.abs(model(tokens).numpy() - expected).max() > 1e-3


def test_the_loss_and_the_draw(torch, model):
    """cross_entropy_from_logits is F.cross_entropy, and softmax what is drawn from."""
    logits, targets = model(torch.tensor([3, 1, 4, 1])), torch.tensor([1, 4, 1, 5])
    expected = torch.nn.functional.cross_entropy(logits, targets).item()
    ours = SOFTMAX.cross_entropy_from_logits(logits.numpy(), targets.numpy())
    assert_close(ours, expected, **TIGHT)
    expected = torch.softmax(logits[-1] / 0.8, dim=-1).numpy()
    assert_close(SOFTMAX.softmax(logits[-1].numpy(), temperature=0.8), expected, **TIGHT)


@pytest.mark.parametrize("t", [0, 1, 57, 99])
def test_a_step_back_goes_by_way_of_the_guess(rng, t):
    """The posterior's mean at the guess of the picture is the mean of denoise_step."""
    diffusion, ddpm = reference(3, "diffusion"), reference(4, "ddpm")
    betas = diffusion.linear_beta_schedule(100)
    xt, noise = rng.normal(size=(2, 5))
    steps = np.array([t])
    (guess,) = diffusion.predict_x0(xt[None], steps, diffusion.alpha_bars(betas), noise[None])
    mean, _ = ddpm.posterior_mean_variance(guess, xt, t, betas)
    assert_close(mean, ddpm.denoise_step(xt, t, noise, betas, np.zeros(5)), **TIGHT)


def test_the_numbers_of_the_lesson():
    """The share of attention in the work of GPT-2, and the deviation of its residual weights."""
    n_layer, n_head, d, positions, vocab = 12, 12, 768, 1024, 50257
    per_layer = 12 * d**2 + (3 * d + d + 4 * d + d) + 4 * d
    n = vocab * d + n_layer * per_layer + 2 * d
    assert round(n / 1e6, 1) == 123.7
    assert round(6 * n / 1e6) == 742
    attention = 12 * n_layer * n_head * (d // n_head) * positions
    assert round(attention / 1e6) == 113
    assert attention / (6 * n + attention) < 1 / 7
    assert round(0.02 / math.sqrt(2 * n_layer), 4) == 0.0041
