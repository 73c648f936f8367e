"""How many wrong variants pass all visible tests of their exercise, so that `pytest` says *done*.

The grader refuses each of them. Right variants, which must pass, are checked as well. Of the wrong
ones that fail, it counts how many `pytest` names: as what it is, or as what perhaps it is.

`python benchmarks/visible.py [WEEK | MODULE | EXERCISE …] [--list]`
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from exercises import Exercise, Module
from grader.authoring.release import release
from grader.course import Course
from grader.variants import Variant
from kata.mistakes import Mistake, find_mistake
from kata.notebook import run_visible_tests
from kata.project import Project

# Right variants take a fraction of it, and an endless loop takes all of it.
LIMIT_S = 3.0


@dataclass
class Count:
    """What became of the variants of an exercise, or of more."""

    wrong: int = 0
    slipped: int = 0
    named: int = 0
    perhaps: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.wrong + other.wrong,
            self.slipped + other.slipped,
            self.named + other.named,
            self.perhaps + other.perhaps,
        )

    def __str__(self) -> str:
        caught = self.wrong - self.slipped
        shares = (f"{n / caught if caught else 0:4.0%}" for n in (self.named, self.perhaps))
        share = self.slipped / self.wrong if self.wrong else 0.0
        return f"{self.slipped:5} of {self.wrong:5} {share:4.0%}   {'   '.join(shares)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="weeks, modules or exercises")
    parser.add_argument("--list", action="store_true", help="name the variants that pass")
    args = parser.parse_args()
    course = Course()
    totals: dict[str, Count] = {}
    print(f"{'':52}  pass  of wrong  named   perhaps")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "copy"
        project = _solved_copy(course, root)
        for module, exercise in _chosen(course, args.names):
            count = Count()
            for variant in course.variants(module):
                if variant.exercise != exercise.name:
                    continue
                status, mistake = _shown(project, course, module, exercise, variant)
                if variant.is_right and (status != "passed" or mistake):
                    print(f"RIGHT, AND {status}: {exercise.name} {variant.name} {mistake}")
                if mistake and mistake.says != variant.says:
                    print(f"CALLED ANOTHER: {exercise.name} {variant.name}: {mistake.says}")
                if not variant.is_right:
                    slips = status == "passed"
                    is_named = mistake is not None and mistake.is_certain
                    is_guessed = mistake is not None and not mistake.is_certain
                    count += Count(1, int(slips), int(is_named), int(is_guessed))
                    if slips and args.list:
                        print(f"    {exercise.name} {variant.name}: {variant.says}")
            print(f"{exercise.week} {module.name + '/' + exercise.name:46} {count}", flush=True)
            totals[exercise.week] = totals.get(exercise.week, Count()) + count
    for week, count in totals.items():
        print(f"{week:52} {count}")
    print(f"{'all':52} {sum(totals.values(), Count())}")


def _solved_copy(course: Course, root: Path) -> Project:
    release(root, with_mistakes=True)
    for week in course.catalogue.weeks:
        for module in week.modules:
            shutil.copy(course.layout.reference(module), root / week.name)
    return Project(root)


def _chosen(course: Course, names: list[str]) -> Iterator[tuple[Module, Exercise]]:
    known = set()
    for week in course.catalogue.weeks:
        for module in week.modules:
            for exercise in module.exercises:
                own = {week.name, module.name, exercise.name}
                known |= own
                if not names or own & set(names):
                    yield module, exercise
    if unknown := set(names) - known:
        raise SystemExit(f"no week, module or exercise named {', '.join(sorted(unknown))}")


def _shown(
    project: Project, course: Course, module: Module, exercise: Exercise, variant: Variant
) -> tuple[str, Mistake | None]:
    """Return what is shown of a variant, beside other exercises that are right."""
    file = project.layout.learners_file(module)
    file.write_text(variant.source, encoding="utf-8")
    try:
        results = run_visible_tests([exercise], project, LIMIT_S)
        others = [each for each in project.catalogue.exercises if each != exercise]
        return results[exercise].status, find_mistake(project, exercise, results, others)
    finally:
        shutil.copy(course.layout.reference(module), file)


if __name__ == "__main__":
    main()
