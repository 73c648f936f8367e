"""Processor time of a grading run on notebooks, against the same code handed in as modules.

The submissions are copies of the references, each with a comment of its own; as a notebook they
have one cell for each module. One run after the other, in turns, with one process each.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from measure import class_arguments, mark, median, run

ROOT = Path(__file__).resolve().parents[1]


def make_classes(base: Path, week: str, count: int) -> None:
    """Write the same class twice, into `modules` and into `notebooks`."""
    texts = {
        path.name: path.read_text() for path in sorted((ROOT / "solutions" / week).glob("*.py"))
    }
    for index in range(count):
        folders = [base / kind / f"learner{index:04}" / week for kind in ("modules", "notebooks")]
        for folder in folders:
            folder.mkdir(parents=True)
        own = {name: text + mark(index) for name, text in texts.items()}
        for name, text in own.items():
            (folders[0] / name).write_text(text)
        cells = [
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": text}
            for text in own.values()
        ]
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folders[1] / f"{week}.ipynb").write_text(json.dumps(notebook))


def grade(submitted: Path, out: Path) -> float:
    """Return the processor time of a run in seconds."""
    command = [sys.executable, "-m", "grader", "run", str(submitted), "--out", str(out)]
    return run([*command, "--fresh", "--jobs", "1"], str(ROOT)).cpu_s


def main() -> None:
    args = class_arguments(__doc__)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        make_classes(base, args.week, args.submissions)
        modules, notebooks = [], []
        for _ in range(args.rounds):
            modules.append(grade(base / "modules", base / "out-modules"))
            notebooks.append(grade(base / "notebooks", base / "out-notebooks"))
    print(f"{args.week}, {args.submissions} submissions, {args.rounds} rounds, medians with start")
    print(f"modules      {median(modules) / args.submissions:.3f} CPU s per submission")
    print(f"notebooks    {median(notebooks) / args.submissions:.3f} CPU s per submission")
    ratios = [n / m for m, n in zip(modules, notebooks, strict=True)]
    low, middle, high = min(ratios), median(ratios), max(ratios)
    print(f"ratio notebooks / modules    {middle:.2f}  ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
