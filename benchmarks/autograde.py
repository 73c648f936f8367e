"""Time per submission: `nbgrader autograde` with its own Execute step, with ours, and `grader run`.

All grade the same class of one week, with the same hidden tests. nbgrader's own step runs each
notebook in a kernel; its test cells call the hidden tests there as plain functions (see
`in_kernel_tests.py`), for nobody would paste them. A kernel that has them as text would be spared
the import of pytest and of our catalogue, which is printed as well. `grader run` gets the same
notebooks, and the same code as modules.

Marginal: a command with many submissions less a command with one, by what it has more. On demand: a
command with one. The submissions are made of the sample class, without those that end a kernel.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import Cost, class_arguments, mark, median, run

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from exercises.cells import exercise_of_test_cell  # noqa: E402
from grader.course import Course  # noqa: E402
from tests.grader.nbgrader.course import code, filled_from_modules  # noqa: E402

SAMPLE = ROOT / "examples" / "submitted"
LEFT_OUT = ("dmitri", "mallory")  # who end the kernel, so that nbgrader's own step gives no grade
KERNEL = """
from in_kernel_tests import score_here
score_here("{name}", "{week}", globals())
"""
STOCK = "c = get_config()\n"
PYTHON = sys.executable


class Bench:
    """One week's class, in a course folder for each way to grade it."""

    def __init__(self, base: Path, week_name: str, count: int) -> None:
        week = Course().catalogue.week(week_name)
        assert week is not None
        self.base, self.week, self.count = base, week, count
        home = {name: str(base / "home" / name) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
        self.env = {
            **home,
            "HOME": str(base / "home"),
            "PATH": f"{Path(PYTHON).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'benchmarks'}",
            "OPENBLAS_NUM_THREADS": "1",
        }
        make = [PYTHON, "-m", "grader", "notebooks", "--week", week_name, "--out"]
        for name in ("ours", "stock"):
            run([*make, str(base / name)], str(ROOT), self.env)
        (base / "stock" / "nbgrader_config.py").write_text(STOCK)
        source = base / "stock" / "source" / week_name / f"{week_name}.ipynb"
        notebook = json.loads(source.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            exercise = exercise_of_test_cell(week, cell["id"])
            if exercise is not None:
                cell["source"] = KERNEL.format(name=exercise.name, week=week_name).strip()
        source.write_text(json.dumps(notebook), encoding="utf-8")
        for name in ("ours", "stock"):
            self._nbgrader(name, "generate_assignment", week_name)
        self._hand_in()

    def _nbgrader(self, folder: str, *command: str) -> Cost:
        return run([PYTHON, "-m", "nbgrader", *command], str(self.base / folder), self.env)

    def _hand_in(self) -> None:
        """Write the class: as notebooks of both courses, and as modules."""
        found = sorted(path.parent for path in SAMPLE.glob(f"*/{self.week.name}"))
        learners = [path for path in found if path.name not in LEFT_OUT]
        for index in range(self.count):
            modules = learners[index % len(learners)] / self.week.name
            name = f"learner{index:03}"
            target = self.base / "modules" / name / self.week.name
            shutil.copytree(modules, target)
            for path in target.glob("*.py"):
                with path.open("a", encoding="utf-8") as file:
                    file.write(mark(index))
            for folder in ("ours", "stock"):
                release = self.base / folder / "release" / self.week.name
                file_name = f"{self.week.name}.ipynb"
                released = json.loads((release / file_name).read_text(encoding="utf-8"))
                for cell in released["cells"]:
                    cell["source"] = "".join(cell["source"])
                mine = filled_from_modules(copy.deepcopy(released), modules, self.week)
                mine["cells"].append(code(mark(index), id="mark"))
                path = self.base / folder / "submitted" / name / self.week.name / file_name
                path.parent.mkdir(parents=True)
                path.write_text(json.dumps(mine), encoding="utf-8")

    def autograde(self, folder: str, learner: str) -> Cost:
        """Grade by nbgrader."""
        return self._nbgrader(folder, "autograde", self.week.name, "--student", learner, "--force")

    def grade(self, submitted: str, learners: list[str]) -> Cost:
        """Grade by the grading run, with one process."""
        command = [PYTHON, "-m", "grader", "run", str(self.base / submitted), "--fresh"]
        command += ["--out", str(self.base / f"{submitted}-grades".replace("/", "-"))]
        command += ["--jobs", "1", "--week", self.week.name]
        command += ["--learner", *learners] if learners else []
        return run(command, str(ROOT), self.env)


def main() -> None:
    args = class_arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), args.week, args.submissions)
        first = "learner000"
        ways: dict[str, tuple[Callable[[], Cost], Callable[[], Cost]]] = {
            "nbgrader, its Execute": (
                lambda: bench.autograde("stock", first),
                lambda: bench.autograde("stock", "*"),
            ),
            "nbgrader, our step": (
                lambda: bench.autograde("ours", first),
                lambda: bench.autograde("ours", "*"),
            ),
            "grader run, notebooks": (
                lambda: bench.grade("ours/submitted", [first]),
                lambda: bench.grade("ours/submitted", []),
            ),
            "grader run, modules": (
                lambda: bench.grade("modules", [first]),
                lambda: bench.grade("modules", []),
            ),
        }
        one: dict[str, list[Cost]] = {way: [] for way in ways}
        many: dict[str, list[Cost]] = {way: [] for way in ways}
        for _ in range(args.rounds):
            for way, (grade_one, grade_all) in ways.items():
                one[way].append(grade_one())
                many[way].append(grade_all())
        imports = [
            run([PYTHON, "-c", "import in_kernel_tests"], str(ROOT), bench.env).cpu_s
            - run([PYTHON, "-c", "import numpy"], str(ROOT), bench.env).cpu_s
            for _ in range(args.rounds)
        ]
    print(f"{args.week}, {args.submissions} submissions of the sample class, {args.rounds} rounds")
    print("medians of seconds per submission  marginal CPU   wall   on demand CPU   wall")
    for way in ways:
        pairs = list(zip(one[way], many[way], strict=True))
        cpu = median([(m.cpu_s - o.cpu_s) / (args.submissions - 1) for o, m in pairs])
        wall = median([(m.wall_s - o.wall_s) / (args.submissions - 1) for o, m in pairs])
        alone = median([o.cpu_s for o, _ in pairs]), median([o.wall_s for o, _ in pairs])
        print(f"{way:34} {cpu:12.2f} {wall:6.2f} {alone[0]:15.2f} {alone[1]:6.2f}")
    print(f"in each kernel, import of pytest and the catalogue {median(imports):.2f} CPU")


if __name__ == "__main__":
    main()
