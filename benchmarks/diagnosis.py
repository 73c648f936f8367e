"""How many mistakes that nobody listed get a name: each wrong variant is hidden in turn.

A variant is graded while the diagnosis does not know it, as an unseen mistake of a listed kind
would be. Named by a measured cause, or by another variant's sentence: the latter are printed side
by side, so that a person can judge which are false.

`python benchmarks/diagnosis.py [MODULE …]`
"""

from __future__ import annotations

import sys
from collections import Counter

from grader.course import Course
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.judging.worker import protect_process
from grader.sandbox.sandbox import Sandbox

SEED = 1


def main() -> None:
    protect_process()
    course = Course()
    modules = [
        module
        for week in course.catalogue.weeks
        for module in week.modules
        if module.name in sys.argv[1:] or not sys.argv[1:]
    ]
    suite = collect(course, modules)
    counts: Counter[str] = Counter()
    with Sandbox() as sandbox:
        for module in modules:
            variants = [v for v in course.variants(module) if not v.is_right]
            said = {variant.name: variant.says for variant in variants}
            grader = Grader(course, suite, sandbox, SEED)
            for variant in variants:
                exercise = next(e for e in module.exercises if e.name == variant.exercise)
                place = f"{module.week}/{exercise.name} {variant.name}"
                known = grader.grade_one(module, exercise, variant.source).misconception
                counts["listed: " + _kind(known and known.name, variant.name, said)] += 1
                if known is None or known.name != variant.name:
                    print(f"{place}: listed, but {known.sentence if known else 'not named'}")
                grader.diagnostician.leave_out = variant.name
                found = grader.grade_one(module, exercise, variant.source).misconception
                grader.diagnostician.leave_out = None
                kind = _kind(found and found.name, variant.name, said)
                counts["hidden: " + kind] += 1
                if found is not None:
                    print(f"{place}: {kind}\n    is:   {variant.says}\n    said: {found.sentence}")
    total = sum(n for kind, n in counts.items() if kind.startswith("hidden"))
    for kind, number in sorted(counts.items()):
        print(f"{kind:32} {number:5}  {number / total:.0%}")


def _kind(name: str | None, own: str, said: dict[str, str]) -> str:
    if name is None:
        return "unnamed"
    if name == own:
        return "by its own name"
    return "by another variant" if name in said else "by a measured cause"


if __name__ == "__main__":
    main()
