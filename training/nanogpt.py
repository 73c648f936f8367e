"""Train the small language model behind `kata show nanogpt`: `make models`.

The network is the one of week 4, with the same parameter names, and learns to predict the next
character of Shakespeare's sonnets, in numpy alone.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.course import ROOT, Course
from grader.files import write_atomically
from kata.shows.models import windows
from training.layers import (
    Layer,
    Parameters,
    causal_attention,
    chain,
    dropout,
    gelu,
    layer_norm,
    linear,
    residual,
)

TEXT = ROOT / "training" / "sonnets.txt"
MODEL = ROOT / "kata" / "shows" / "models" / "nanogpt.npz"
HELD_OUT_EVERY = 10  # each tenth sonnet is kept for judging the model
PASSAGE = 130  # a held-out sonnet that goes into the file, for learners to compute the loss of


@dataclass(frozen=True)
class Settings:
    """The size of the network, and how it is trained."""

    context: int = 64
    width: int = 64
    n_head: int = 4
    n_blocks: int = 2
    batch_size: int = 32
    steps: int = 6500
    warmup_steps: int = 100
    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    dropout: float = 0.15
    seed: int = 0


# The network --------------------------------------------------------------------------------


def new_parameters(vocabulary_size: int, settings: Settings) -> Parameters:
    """Return random weights, spread as those that GPT-2 starts with."""
    rng = np.random.default_rng(settings.seed)
    d = settings.width
    # What is added to the stream is smaller, the more layers add to it.
    into_stream = 0.02 / np.sqrt(2 * settings.n_blocks)
    parameters = {
        "wte": rng.normal(scale=0.02, size=(vocabulary_size, d)),
        "wpe": rng.normal(scale=0.02, size=(settings.context, d)),
        "lnf_gain": np.ones(d),
        "lnf_bias": np.zeros(d),
    }
    for i in range(settings.n_blocks):
        block = {
            "ln1_gain": np.ones(d),
            "ln1_bias": np.zeros(d),
            "W_qkv": rng.normal(scale=0.02, size=(3 * d, d)),
            "b_qkv": np.zeros(3 * d),
            "W_out": rng.normal(scale=into_stream, size=(d, d)),
            "b_out": np.zeros(d),
            "ln2_gain": np.ones(d),
            "ln2_bias": np.zeros(d),
            "W_fc": rng.normal(scale=0.02, size=(4 * d, d)),
            "b_fc": np.zeros(4 * d),
            "W_proj": rng.normal(scale=into_stream, size=(d, 4 * d)),
            "b_proj": np.zeros(d),
        }
        parameters |= {f"blocks.{i}.{name}": value for name, value in block.items()}
    return {name: value.astype(np.float32) for name, value in parameters.items()}


def loss_and_gradients(
    parameters: Parameters,
    tokens: np.ndarray,
    n_head: int,
    dropout_rate: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[float, Callable[[], Parameters]]:
    """Return the loss of predicting `tokens[:, 1:]`, and a function that gives the gradients."""
    gradients: Parameters = {}
    wte = parameters["wte"]
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    T = inputs.shape[1]
    drop = dropout(dropout_rate, rng or np.random.default_rng(0))

    def norm(name: str) -> Layer:
        return layer_norm(parameters, gradients, f"{name}_gain", f"{name}_bias")

    def project(block: str, name: str) -> Layer:
        return linear(parameters, gradients, f"{block}.W_{name}", f"{block}.b_{name}")

    layers: list[Layer] = [drop]
    for name in parameters:
        if name.endswith(".ln1_gain"):
            b = name.removesuffix(".ln1_gain")
            attend = (project(b, "qkv"), causal_attention(n_head), project(b, "out"))
            think = (project(b, "fc"), gelu, project(b, "proj"))
            layers.append(residual(norm(f"{b}.ln1"), *attend, drop))
            layers.append(residual(norm(f"{b}.ln2"), *think, drop))
    layers.append(norm("lnf"))
    x, back = chain(*layers)(wte[inputs] + parameters["wpe"][:T])
    loss, d_logits = cross_entropy(x @ wte.T, targets)

    def backward() -> Parameters:
        dx = back(d_logits @ wte)
        one_hot = np.eye(len(wte), dtype=dx.dtype)[inputs.reshape(-1)]
        # The table is used twice: where characters come in, and where they are predicted.
        gradients["wte"] = one_hot.T @ dx.reshape(-1, dx.shape[-1])
        gradients["wte"] += d_logits.reshape(-1, len(wte)).T @ x.reshape(-1, x.shape[-1])
        gradients["wpe"] = np.zeros_like(parameters["wpe"])
        gradients["wpe"][:T] = dx.sum(axis=0)
        return {name: gradients[name] for name in parameters}

    return loss, backward


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean loss in nats, and the gradient of the logits."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    at_target = (*np.indices(targets.shape), targets)
    d_logits = np.exp(log_probs)
    d_logits[at_target] -= 1
    return -float(np.mean(log_probs[at_target], dtype=np.float64)), d_logits / targets.size


# Training -----------------------------------------------------------------------------------


def read_sonnets() -> list[str]:
    """Return the 154 sonnets in order."""
    return TEXT.read_text(encoding="utf-8").strip().split("\n\n")


def split(sonnets: list[str]) -> tuple[str, str]:
    """Return the text to learn from, and the text to judge by."""
    learned = [each for i, each in enumerate(sonnets, start=1) if i % HELD_OUT_EVERY]
    held_out = sonnets[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    return "\n\n".join(learned) + "\n", "\n\n".join(held_out) + "\n"


def train(settings: Settings, train_tokens: np.ndarray, held_out: np.ndarray) -> Parameters:
    """Return trained weights, saying how it goes."""
    course = Course()
    optimizers = course.reference(course.module("week2", "optimizers"))
    rng = np.random.default_rng(settings.seed + 1)
    parameters = new_parameters(1 + int(max(train_tokens.max(), held_out.max())), settings)
    optimizer = optimizers.Adam(list(parameters.values()), beta2=0.99)
    pieces = np.lib.stride_tricks.sliding_window_view(train_tokens, settings.context + 1)
    judged_by = np.stack(windows(held_out, settings.context))
    start, recent = time.process_time(), []
    for step in range(settings.steps):
        lr = optimizers.cosine_schedule(
            step,
            settings.steps,
            lr_max=settings.learning_rate,
            lr_min=settings.learning_rate / 10,
            warmup_steps=settings.warmup_steps,
        )
        batch = pieces[rng.integers(len(pieces), size=settings.batch_size)]
        loss, backward = loss_and_gradients(
            parameters, batch, settings.n_head, settings.dropout, rng
        )
        recent.append(loss)
        optimizer.lr = lr
        optimizer.step(optimizers.clip_by_global_norm(list(backward().values()), max_norm=1.0))
        for name, value in parameters.items():
            if ".W_" in name:  # forget a little, in every step (AdamW)
                value *= 1 - lr * settings.weight_decay
        if (step + 1) % 250 == 0 or step + 1 == settings.steps:
            judged, _ = loss_and_gradients(parameters, judged_by, settings.n_head)
            print(
                f"step {step + 1:>5}   loss {np.mean(recent):.3f}   held out {judged:.3f}"
                f"   {time.process_time() - start:.0f} s",
                flush=True,
            )
            recent.clear()
    return parameters


def main() -> None:
    """Train, and write the file."""
    settings = Settings()
    sonnets = read_sonnets()
    learned, held_out = split(sonnets)
    vocabulary = sorted(set(learned + held_out))
    number_of = {character: number for number, character in enumerate(vocabulary)}

    def encode(text: str) -> np.ndarray:
        return np.array([number_of[character] for character in text])

    parameters = train(settings, encode(learned), encode(held_out))
    shipped = {name: value.astype(np.float16) for name, value in parameters.items()}

    def loss_of(tokens: np.ndarray) -> float:
        rounded = {name: value.astype(np.float32) for name, value in shipped.items()}
        pieces = np.stack(windows(tokens, settings.context))
        return loss_and_gradients(rounded, pieces, settings.n_head)[0]

    passage = encode(sonnets[PASSAGE - 1] + "\n")
    held_out_loss = loss_of(encode(held_out))
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        vocabulary=np.array(vocabulary),
        n_head=settings.n_head,
        passage=passage.astype(np.uint8),
        passage_loss=loss_of(passage),
        held_out_loss=held_out_loss,
        **shipped,
    )
    write_atomically(MODEL, buffer.getvalue())
    n = sum(value.size for value in parameters.values())
    print(f"{MODEL.relative_to(ROOT)}: {n:,} parameters, {len(buffer.getvalue()):,} bytes")
    bits = held_out_loss / np.log(2)
    print(f"held-out loss {held_out_loss:.3f} nats = {bits:.3f} bits a character")


if __name__ == "__main__":
    main()
