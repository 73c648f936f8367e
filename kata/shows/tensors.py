"""`kata show tensors`: the learner's Tensor and PyTorch's, the same lines on the same numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kata.project import Project
from kata.shows.performance import perform
from kata.shows.work import Work

NEEDED = ("tensor_elementwise", "tensor_reductions", "tensor_matmul", "tensor_backward")
LABEL, GAP = 11, 3
AGREE = 1e-12  # relative: both compute in 64 bits
# Named after what they are; both classes take them as they stand.
X = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]])
W = np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])
B = np.array([0.1, -0.1])
LABELS = np.array([1, 0])
LINES = """\
x, W, b = Tensor(...), Tensor(...), Tensor(...)
logits = x @ W.T + b
log_total = logits.exp().sum(axis=1).log()
loss = (log_total - logits[np.arange(2), [1, 0]]).mean()
loss.backward()"""

SHAPES = {
    "logits": (2, 2),
    "log_total": (2,),
    "loss": (),
    "W.grad": W.shape,
    "b.grad": B.shape,
    "x.grad": X.shape,
}

Values = dict[str, np.ndarray]


def show_tensors(project: Project) -> int:
    """Show what the learner's Tensor computes, beside PyTorch where that is installed."""
    return perform(project, "tensors", NEEDED, _show)


def _show(work: Work) -> list[str]:
    print(f"A layer and its cross-entropy by your Tensor in {work.file}:")
    print()
    print("\n".join(f"  {line}" for line in LINES.splitlines()))
    print()
    yours = _computed_by(work)
    torch = _torch()
    if torch is None:
        _print_columns([("your Tensor", yours)])
        print("Where PyTorch is installed, its numbers stand beside these (pip install torch).")
        return []
    theirs = _values(lambda data: torch.tensor(data, requires_grad=True), _plain)
    _print_columns([("your Tensor", yours), (f"PyTorch {torch.__version__}", theirs)])
    return _compared(work, yours, theirs)


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


def _plain(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.detach())


def _computed_by(work: Work) -> Values:
    def script(tensor: Callable[[np.ndarray], Any]) -> Values:
        return _values(tensor, lambda value: value)

    values: Values = {}
    for name, value in work.run("tensor_backward", script).items():
        data = value if isinstance(value, np.ndarray) else getattr(value, "data", value)
        values[name] = work.array("tensor_backward", SHAPES[name], data)
    return values


def _values(tensor: Callable[[np.ndarray], Any], plain: Callable[[Any], Any]) -> dict[str, Any]:
    """Run the lines that are shown, and return what is worth looking at."""
    x, weights, bias = tensor(X.copy()), tensor(W.copy()), tensor(B.copy())
    logits = x @ weights.T + bias
    log_total = logits.exp().sum(axis=1).log()
    loss = (log_total - logits[np.arange(2), LABELS]).mean()
    loss.backward()
    return {
        "logits": plain(logits),
        "log_total": plain(log_total),
        "loss": plain(loss),
        "W.grad": plain(weights.grad),
        "b.grad": plain(bias.grad),
        "x.grad": plain(x.grad),
    }


def _print_columns(columns: Sequence[tuple[str, Values]]) -> None:
    """Print the values of each, side by side."""
    blocks = {
        name: [_lines(values[name]) for _, values in columns] for name, _ in columns[0][1].items()
    }
    width = max(len(line) for texts in blocks.values() for lines in texts for line in lines)
    width = max(width, *(len(title) for title, _ in columns))
    print(
        "  " + " " * LABEL + (" " * GAP).join(f"{title:<{width}}" for title, _ in columns).rstrip()
    )
    for name, texts in blocks.items():
        for index, parts in enumerate(zip(*texts, strict=True)):
            label = name if index == 0 else ""
            cells = (" " * GAP).join(f"{part:<{width}}" for part in parts)
            print(f"  {label:<{LABEL}}{cells}".rstrip())
    print()


def _lines(value: np.ndarray) -> list[str]:
    return np.array2string(value, precision=6, suppress_small=True).split("\n")


def _compared(work: Work, yours: Values, theirs: Values) -> list[str]:
    """Print how far apart they are, and return what is odd about it."""
    far = {
        name: float(np.max(np.abs(yours[name] - theirs[name]) / (1 + np.abs(theirs[name]))))
        for name in yours
    }
    name, most = max(far.items(), key=lambda item: item[1])
    if most <= AGREE:
        by = f"to within {most:.0e}" if most else "to the last bit"
        print(f"They agree {by}.")
        return []
    return [
        f"They differ, most in {name}: by {most:.0e}.\n"
        f"So something is not right yet.\nTest: {work.test_command}"
    ]
