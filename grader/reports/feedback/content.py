"""What a learner is told of a week, as plain data: the pages show it and add nothing.

It is made of what results hold, which tell no hidden input, no expected value and no line of ours;
of the catalogue and the lesson, which learners have; and of the learner's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exercises import Catalogue
from exercises.quizzes import QUIZZES, file_name_of
from exercises.verdict import STATUSES, VERDICTS, Status
from grader.intake.submission import Submission
from grader.judging.known import digests_of_texts
from grader.printing import printable
from grader.reports.excerpt import definition_in
from grader.reports.feedback.lesson import Lessons, Picture
from grader.reports.feedback.tasks import tasks_of
from grader.reports.figures import NOT_BEGUN, NOT_TESTED
from grader.reports.lateness import Deadlines, parse_time
from grader.results import GRADED, ExerciseResult, Result

MAX_CODE_LINES = 80
NAMED_NEXT = 4  # exercises in one sentence
TAB = 4


@dataclass(frozen=True)
class Step:
    """One thing to do next: a sentence, and commands that help."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """A requirement that failed, in how many cases, and why, if the one before does not say it."""

    says: str
    n_cases: int
    whys: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise.

    Attributes
    ----------
    points : str
        Such as `1.5 of 2 points`.
    check : str
        The command that checks it.
    decision : str
        What the instructor decided, if anything.
    """

    name: str
    title: str
    status: Status
    points: str
    check: str
    is_bonus: bool
    decision: str


@dataclass(frozen=True)
class Begun(Verdict):
    """An exercise that is begun and not done: with all that helps to go on.

    Attributes
    ----------
    misconception : str
        What a good teacher would say of a mistake that is known.
    why : str
        The same, or else what the verdict says.
    tests : str
        How many hidden tests it passes.
    code : str
        The learner's own lines; nothing if they are not at hand, or not what was graded.
    hint, hint_command : str
        The first hint, and what gives the next ones.
    section, lesson_command : str
        What to read again; nothing where there is no lesson.
    """

    misconception: str
    why: str
    tests: str
    requirements: tuple[Requirement, ...]
    code: str
    hint: str
    hint_command: str
    section: str
    lesson_command: str


@dataclass(frozen=True)
class Broken:
    """A file that can't be read, and the exercises that wait for it."""

    file: str
    why: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Feedback:
    """All that a learner is told of a week.

    Attributes
    ----------
    score : str
        Such as `41.5 of 86 points`.
    facts : tuple of str
        When it was handed in, whether that was late, and what is a bonus.
    """

    learner: str
    week: str
    title: str
    score: str
    share: int
    facts: tuple[str, ...]
    steps: tuple[Step, ...]
    picture: Picture | None
    broken: tuple[Broken, ...]
    begun: tuple[Begun, ...]
    done: tuple[Verdict, ...]
    todo: tuple[Verdict, ...]


class FeedbackMaker:
    """Makes feedback of results."""

    def __init__(self, catalogue: Catalogue, lessons: Lessons, deadlines: Deadlines) -> None:
        self._tasks = tasks_of(catalogue)
        self._titles = {week.name: week.title for week in catalogue.weeks}
        self._lessons = lessons
        self._deadlines = deadlines

    def feedback(self, result: Result, submission: Submission | None) -> Feedback:
        """Return what to tell; `submission` is what was graded, if it is at hand."""
        code = _graded_texts(result, submission)
        begun, done, todo = [], [], []
        for each in result.exercises:
            if each.status == "passed":
                done.append(self._verdict(result.week, each))
            elif each.status not in NOT_BEGUN:
                begun.append(self._begun(result.week, each, code.get(each.module, "")))
            elif each.status == "todo":
                todo.append(self._verdict(result.week, each))
        broken = tuple(_broken(result))
        open_ = [b for b, e in zip(begun, _begun_of(result), strict=True) if e.score < e.points]
        return Feedback(
            learner=printable(result.learner),
            week=printable(result.week),
            title=self._titles.get(result.week, ""),
            score=_points(result.score, result.max_score),
            share=round(100 * min(1.0, result.score / result.max_score)) if result.max_score else 0,
            facts=tuple(self._facts(result)),
            steps=tuple(self._steps(broken, open_, todo)),
            picture=self._picture(result.week, open_ or begun),
            broken=broken,
            begun=tuple(begun),
            done=tuple(done),
            todo=tuple(todo),
        )

    def _verdict(self, week: str, each: ExerciseResult) -> Verdict:
        task = self._tasks.get((week, each.exercise))
        return Verdict(
            name=printable(each.exercise),
            title=task.exercise.title if task else printable(each.exercise),
            status=STATUSES[each.status],
            points=_points(each.score, each.points),
            check=task.check if task else f"pytest {week}",
            is_bonus=task is not None and task.exercise.is_stretch,
            decision=printable(each.decision),
        )

    def _begun(self, week: str, each: ExerciseResult, text: str) -> Begun:
        task = self._tasks.get((week, each.exercise))
        misconception = each.misconception.sentence if each.misconception else ""
        why = misconception or each.why
        tested = [test for test in each.tests if test.status != "void"]
        n_passed = sum(test.status == "passed" for test in tested)
        # What is said of an answer to a question is the reason already.
        is_tested = each.status not in NOT_TESTED and tested and each.module not in QUIZZES
        section = self._lessons.section(week, task.module) if task else ""
        return Begun(
            **vars(self._verdict(week, each)),
            misconception=printable(misconception),
            why=printable(why),
            tests=f"Passes {n_passed} of {len(tested)} hidden tests." if is_tested else "",
            requirements=tuple(_requirements(each, misconception)) if is_tested else (),
            code=_shown(definition_in(text, task.exercise.object_name)) if task else "",
            hint=task.hint if task else "",
            hint_command=task.hint_command if task else "",
            section=section,
            lesson_command=task.lesson_command if task and section else "",
        )

    def _facts(self, result: Result) -> Iterator[str]:
        bonus = sum(
            each.score
            for each in result.exercises
            if (task := self._tasks.get((result.week, each.exercise))) and task.exercise.is_stretch
        )
        if bonus:
            yield f"{_number(bonus)} of these points are a bonus, on top of the week's 100 %."
        time = parse_time(result.submitted_at or "")
        due = self._deadlines.times.get(result.week)
        if time is None or due is None:
            if result.submitted_at:
                yield f"Handed in: {printable(result.submitted_at)}."
            return
        late = self._deadlines.late(result.week, time, result.score)
        when = f"Handed in: {time:%Y-%m-%d %H:%M} UTC; due: {due:%Y-%m-%d %H:%M} UTC"
        if late is None:
            yield f"{when}, so in time."
        elif self._deadlines.percent_a_day:
            yield (
                f"{when}, so late. By the rule for late work {_number(late.points)} points are "
                "left; the score above is without it."
            )
        else:
            yield f"{when}, so late. Nothing is taken for it here."

    def _steps(
        self,
        broken: Sequence[Broken],
        begun: Sequence[Begun],
        todo: Sequence[Verdict],
    ) -> Iterator[Step]:
        for each in broken:
            n = len(each.names)
            waits = "1 exercise waits" if n == 1 else f"{n} exercises wait"
            yield Step(f"Repair {each.file} first: {waits} for it. {_sentence(each.why)}")
        if begun:
            first, *others = sorted(begun, key=lambda each: each.is_bonus)
            again = "Then go" if broken else "Go"
            yield Step(
                f"{again} on with “{first.title}” ({first.name}), which is {first.status.word}. "
                f"{_sentence(first.why)}",
                tuple(filter(None, [first.check, first.hint_command])),
            )
            if first.section:
                yield Step(
                    f"Read again what the lesson says under “{first.section}”.",
                    (first.lesson_command,),
                )
            if others:
                yield Step(f"After that, put right {_names(others)}.")
        if todo:
            begin = "Then begin" if begun or broken else "Begin"
            left = [each for each in todo if not each.is_bonus] or todo
            more = f"; {len(todo)} are still to do" if len(todo) > 1 else ""
            yield Step(
                f"{begin} “{left[0].title}” ({left[0].name}){more}.",
                (left[0].check,),
            )
        if not (broken or begun or todo):
            yield Step("Everything of this week is done: there is nothing left to put right.")

    def _picture(self, week: str, begun: Sequence[Begun]) -> Picture | None:
        """Return a picture for the exercise that comes first: pages stay small."""
        for each in begun[:1]:
            task = self._tasks.get((week, each.name))
            return self._lessons.picture(task.exercise) if task else None
        return None


def problem_of(result: Result) -> str:
    """Say why there is no page for a result, or return nothing."""
    names = (result.learner, result.week)
    if any("/" in name or "\0" in name or name in ("", ".", "..") for name in names):
        return "can be no folder's name; grade again"
    if result.status != GRADED:
        return result.status
    unknown = {each.status for each in result.exercises}.difference(VERDICTS)
    return f"no such status: {', '.join(sorted(unknown))}; grade again" if unknown else ""


def _begun_of(result: Result) -> list[ExerciseResult]:
    return [e for e in result.exercises if e.status not in ("passed", *NOT_BEGUN)]


def _graded_texts(result: Result, submission: Submission | None) -> dict[str, str]:
    """Return the texts of the modules that were graded: what came later is another's matter."""
    if submission is None:
        return {}
    digests = digests_of_texts(submission)
    return {
        name: file.text
        for name, file in submission.files.items()
        if file.text is not None and digests[name] == result.texts.get(name)
    }


def _broken(result: Result) -> Iterator[Broken]:
    names: dict[tuple[str, str], list[str]] = {}
    for each in result.exercises:
        if each.status == "unreadable":
            names.setdefault((each.module, each.why), []).append(printable(each.exercise))
    for (module, why), found in names.items():
        yield Broken(printable(file_name_of(module)), printable(why), tuple(found))


def _requirements(each: ExerciseResult, told: str) -> Iterator[Requirement]:
    """Yield what failed; `told` is the reason that stands above them already."""
    cases: dict[str, list[str]] = {}
    for test in each.tests:
        if test.status not in ("passed", "void"):
            cases.setdefault(test.says, []).append(test.why)
    before: list[str] = []
    for says, whys in cases.items():
        others = [why for why in dict.fromkeys(whys) if why and why not in (told, says)]
        new = [why for why in others if why not in before]  # often all fail for one reason
        before = others
        yield Requirement(printable(says), len(whys), tuple(map(printable, new)))


def _shown(code: str) -> str:
    """Return lines of code that show nothing but what is in them."""
    lines = [printable(line.expandtabs(TAB)) for line in code.splitlines()]
    if len(lines) > MAX_CODE_LINES:
        lines = [*lines[:MAX_CODE_LINES], "# … the rest is not shown here"]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{round(value, 2):.10g}"


def _points(score: float, points: float) -> str:
    return f"{_number(score)} of {_number(points)} {'point' if points == 1 else 'points'}"


def _sentence(text: str) -> str:
    """Return a text that begins and ends as a sentence does."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _names(verdicts: Sequence[Verdict]) -> str:
    names = [each.name for each in verdicts[:NAMED_NEXT]]
    more = len(verdicts) - len(names)
    if more:
        return f"{', '.join(names)} and {more} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
