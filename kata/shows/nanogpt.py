"""`kata show nanogpt`: the learner's GPT reads a sonnet and writes one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kata.errors import UsageError
from kata.project import Project
from kata.shows.models import LanguageModel, load_language_model
from kata.shows.performance import perform
from kata.shows.work import FaultError, ToDoError, Work, a_description

NEEDED = (
    "gelu",
    "layer_norm",
    "causal_attention",
    "multi_head_attention",
    "transformer_block",
    "gpt_logits",
    "next_token_loss",
    "generate",
)
WIDTH = 76  # of the text, which stands two columns to the right
CHARACTERS_AT_ONCE = 10  # so that a slow model shows that it is alive
MOST_NATS = 20  # beyond, a perplexity says no more
# Rounding costs 1e-12, the shipped weights were rounded before their loss was measured.
LOSS_TOLERANCE = 0.01
PARTS = {
    "generate": f"drew the next characters, {CHARACTERS_AT_ONCE} at a time",
    "gpt_logits": "read the text and scored all that may follow",
    "transformer_block": "took every position one block further",
    "multi_head_attention": "let every position look back, in several heads",
    "causal_attention": "mixed in what earlier positions hold",
    "layer_norm": "brought each position's numbers to one size",
    "gelu": "bent the straight lines inside the MLP",
}


@dataclass(frozen=True)
class Request:
    """What the learner asked for."""

    prompt: str = "My love"
    length: int = 300
    temperature: float = 0.7
    top_k: int | None = None
    seed: int = 0


def show_nanogpt(project: Project, request: Request) -> int:
    """Show the loss of the learner's functions on a sonnet, and the text that they write."""
    model = load_language_model()
    _refuse(request, model)
    return perform(project, "nanogpt", NEEDED, lambda work: _show(work, model, request))


def _refuse(request: Request, model: LanguageModel) -> None:
    if not request.prompt:
        raise UsageError("--prompt needs at least one character to continue")
    unknown = sorted(set(request.prompt) - set(model.vocabulary))
    if unknown:
        known = "".join(model.vocabulary).strip()
        raise UsageError(
            f"--prompt has {' '.join(map(repr, unknown))}, which the model never saw. "
            f"It knows spaces, new lines and {known}"
        )
    if request.top_k is not None and request.top_k > len(model.vocabulary):
        raise UsageError(
            f"--top-k {request.top_k}: there are only {len(model.vocabulary)} characters"
        )


def _show(work: Work, model: LanguageModel, request: Request) -> list[str]:
    print(f"A GPT of {model.n_parameters:,} numbers that has read Shakespeare's sonnets,")
    print(f"run by your functions in {work.file}.", flush=True)
    print()
    notes = _show_loss(work, model)
    work.n_calls.clear()
    _show_text(work, model, request)
    _show_parts(work, request)
    return notes


def _show_loss(work: Work, model: LanguageModel) -> list[str]:
    """Print how well the model predicts a sonnet, and return what is odd about it."""
    pieces = model.windows(model.passage)
    vocab = len(model.vocabulary)
    logits = [work.call("gpt_logits", piece, model.params, model.n_head) for piece in pieces]
    for piece, given in zip(pieces, logits, strict=True):
        shape = (len(piece), vocab)
        if not isinstance(given, np.ndarray) or given.dtype.kind != "f" or given.shape != shape:
            raise work.fault(
                "gpt_logits",
                f"gave {a_description(given)}\n"
                f"for {len(piece)} tokens and a vocabulary of {vocab}. It should be "
                f"a float array of shape {shape}.",
            )
    try:
        losses = [
            work.call_for_number("next_token_loss", given, piece)
            for piece, given in zip(pieces, logits, strict=True)
        ]
    except (ToDoError, FaultError) as trouble:
        return [str(trouble)]  # the text can be written without it
    loss = sum(losses) / len(losses)
    line = model.decode(model.passage).split("\n")[0].rstrip(",.:;")
    print("How well does it predict a sonnet that it has never seen?")
    print(f'  "{line} ..."')
    for whose, nats in (("your loss", loss), ("guessing", math.log(vocab))):
        perplexity = f"{math.exp(nats):4.1f}" if nats < MOST_NATS else "very large"
        print(f"  {whose:<10}{nats:6.3f} nats per character, perplexity {perplexity}")
    print("  (e^loss: as unsure as a guess among that many characters)")
    print()
    return _odd_loss(loss, model, work.test_command)


def _odd_loss(loss: float, model: LanguageModel, test_command: str) -> list[str]:
    expected = model.passage_loss
    if abs(loss - expected) <= LOSS_TOLERANCE:
        return []
    reason = (
        "So something is not right yet."
        if loss > expected
        else "That is too good to be true. Does a position see what comes later?"
    )
    return [
        f"Your functions give a loss of {loss:.3f}, and with these weights it is {expected:.3f}.\n"
        f"{reason}\nTest: {test_command}"
    ]


def _show_text(work: Work, model: LanguageModel, request: Request) -> None:
    how = f"temperature {request.temperature:g}"
    if request.top_k is not None:
        how += f", the {request.top_k} most likely characters"
    print(f"What it writes ({how}, seed {request.seed}):")
    print()
    paper = _Paper()
    paper.write(request.prompt)
    text = _read_only(model.encode(request.prompt))
    u = np.random.default_rng(request.seed).random(request.length)
    try:
        for start in range(0, len(u), CHARACTERS_AT_ONCE):
            now = _read_only(u[start : start + CHARACTERS_AT_ONCE])
            longer = work.call(
                "generate",
                model.params,
                text,
                now,
                model.n_head,
                temperature=request.temperature,
                top_k=request.top_k,
            )
            _refuse_text(work, model, text, len(now), longer)
            paper.write(model.decode(longer[len(text) :]))
            text = _read_only(longer.astype(np.int64))
    finally:
        paper.end()
        print()


def _refuse_text(
    work: Work, model: LanguageModel, text: np.ndarray, n_new: int, longer: object
) -> None:
    """Raise if what `generate` gave is not the text and so many tokens more."""
    wanted = f"\nfor a prompt of {len(text)} tokens and {n_new} numbers in u. It should\n"
    shape, vocab = (len(text) + n_new,), len(model.vocabulary)
    if not isinstance(longer, np.ndarray) or longer.dtype.kind not in "iu" or longer.shape != shape:
        what = f"gave {a_description(longer)}{wanted}be an array of int64 and shape {shape}."
    elif not np.array_equal(longer[: len(text)], text):
        what = f"gave tokens that begin differently{wanted}begin with the prompt."
    elif longer.min() < 0 or longer.max() >= vocab:
        token = longer.min() if longer.min() < 0 else longer.max()
        what = f"gave the token {token}{wanted}stay in the vocabulary, 0 to {vocab - 1}."
    else:
        return
    raise work.fault("generate", what)


def _show_parts(work: Work, request: Request) -> None:
    print(f"Your functions, and how often these {request.length} characters called them:")
    for name, role in PARTS.items():
        n_calls = work.n_calls[name]
        if n_calls:
            print(f"  {name:<21}{n_calls:>6,}   {role}")
    print()


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


class _Paper:
    """Prints text as it comes, indented, in lines that fit."""

    def __init__(self) -> None:
        self._column = 0

    def write(self, text: str) -> None:
        """Add to the text."""
        for character in text:
            if character == "\n" or self._column == WIDTH:
                self.end()
            if character != "\n":
                print(f"  {character}" if self._column == 0 else character, end="")
                self._column += 1
        print(end="", flush=True)

    def end(self) -> None:
        """End the line."""
        print()
        self._column = 0
