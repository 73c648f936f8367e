"""Processor time per submission: one grading run, against one pytest process for each submission.

The submissions are copies of the references, each with a comment of its own. The grading run's
cost per submission is marginal: a run of many less a run of one, so that its start is left out;
the whole cost with the start is printed as well. pytest's cost is that of a whole process, as a
grader without this design pays it for each submission.

Then a class in which of each ten modules one is an untouched stub and two are copies of one text is
graded twice: as it is, and with a comment of its own in each module, so that no two are equal.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Cost, class_arguments, mark, median, run

ROOT = Path(__file__).resolve().parents[1]


def make_class(folder: Path, week: str, count: int) -> None:
    for index in range(count):
        target = folder / f"learner{index:04}" / week
        target.mkdir(parents=True)
        for path in sorted((ROOT / "solutions" / week).glob("*.py")):
            shutil.copy(path, target)
            with (target / path.name).open("a") as file:
                file.write(mark(index))


def make_alike_class(folder: Path, week: str, count: int, *, is_marked: bool) -> None:
    """Make a class like `make_class`'s; of each ten modules one is a stub, two are copies."""
    make_class(folder, week, count)
    paths = sorted(folder.rglob("*.py"))
    for number, path in enumerate(paths):
        kind = number % 10
        if kind == 0:
            shutil.copy(ROOT / week / path.name, path)
        elif kind in (3, 6):
            shutil.copy(ROOT / "solutions" / week / path.name, path)
        if is_marked and kind in (0, 3, 6):
            with path.open("a") as file:
                file.write(mark(number))


def grade(folder: Path, out: Path) -> Cost:
    command = [sys.executable, "-m", "grader", "run", str(folder), "--out", str(out), "--fresh"]
    return run(command, str(ROOT))


def plain_pytest(submission: Path, week: str) -> Cost:
    tests = [str(path) for path in sorted((ROOT / "tests" / week).glob("test_*.py"))]
    command = [sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:kata"]
    command += ["-p", "no:cacheprovider", "-p", "in_process_fixtures", *tests]
    env = {"KATA_SUBMISSION": str(submission), "PYTHONPATH": str(ROOT / "benchmarks")}
    return run(command, str(ROOT), {**env, "OPENBLAS_NUM_THREADS": "1"})


def main() -> None:
    args = class_arguments(__doc__)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        make_class(base / "many", args.week, args.submissions)
        make_class(base / "one", args.week, 1)
        make_alike_class(base / "alike", args.week, args.submissions, is_marked=False)
        make_alike_class(base / "marked", args.week, args.submissions, is_marked=True)
        marginal, whole, peer, saved = [], [], [], []
        for round_number in range(args.rounds):
            out = base / f"out{round_number}"
            one = grade(base / "one", out / "one").cpu_s
            many = grade(base / "many", out / "many").cpu_s
            marginal.append((many - one) / (args.submissions - 1))
            alike, marked = (
                grade(base / name, out / name).cpu_s - one for name in ("alike", "marked")
            )
            saved.append(1 - alike / marked)
            whole.append(many / args.submissions)
            peer.append(plain_pytest(base / "one" / "learner0000" / args.week, args.week).cpu_s)
    print(
        f"{args.week}, all exercises, {args.submissions} submissions, {args.rounds} rounds, medians"
    )
    print(f"grading run, marginal      {median(marginal):.3f} CPU s per submission")
    print(f"grading run, with start    {median(whole):.3f} CPU s per submission")
    print(f"pytest, a process each     {median(peer):.3f} CPU s per submission")
    ratios = [p / m for p, m in zip(peer, marginal, strict=True)]
    print(
        f"ratio pytest / marginal    {median(ratios):.1f}  ({min(ratios):.1f} to {max(ratios):.1f})"
    )
    print(
        f"saved where 3 modules of 10 are untouched or copied    {median(saved):.0%}  "
        f"({min(saved):.0%} to {max(saved):.0%})"
    )


if __name__ == "__main__":
    main()
