"""How many mistakes that nobody listed `pytest` would name falsely: each is hidden in turn.

A wrong variant is left out of what the learner copy knows. If another one that does the same in all
visible tests is then named, both sentences are printed, so that a person can judge whether what is
said is true; the two together are never named.

`python benchmarks/unlisted.py [MODULE …]`
"""

from __future__ import annotations

import sys
from collections import Counter

from grader.authoring.mistakes import Trial, trials
from grader.course import Course


def main() -> None:
    course = Course()
    counts: Counter[str] = Counter()
    for week in course.catalogue.weeks:
        for module in week.modules:
            if module.name in sys.argv[1:] or not sys.argv[1:]:
                known = [trial for trial in trials(course, module) if trial.is_known]
                for hidden in known:
                    counts[_told(hidden, [each for each in known if each is not hidden])] += 1
    total = sum(counts.values())
    for kind, number in sorted(counts.items()):
        print(f"{kind:32} {number:5}  {number / total:.1%}")


def _told(hidden: Trial, others: list[Trial]) -> str:
    alike = [other for other in others if set(other.keys) & set(hidden.keys)]
    said = {other.variant.says for other in alike if other.is_worth_telling}
    if len({other.variant.says for other in alike}) != 1 or not said:
        return "not named"
    (sentence,) = said
    if sentence == hidden.variant.says:
        return "named by the same sentence"
    word = "named" if hidden.is_certain else "perhaps"
    print(f"{hidden.variant.exercise} {hidden.variant.name}: {word}")
    print(f"    is:   {hidden.variant.says}\n    said: {sentence}")
    return f"{word}, by another sentence"


if __name__ == "__main__":
    main()
