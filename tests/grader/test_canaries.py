"""Nothing that a learner can see tells a hidden input, an expected value or a line of ours.

Learners' code sees the hidden inputs and tries to carry them out: in what it prints, raises,
returns and names. Each of our own secrets is searched for in all that learners are given.
"""

from __future__ import annotations

import re
import types
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader.judging.bench
from exercises import Module
from grader.authoring.release import AS_THEY_ARE, release
from grader.authoring.stubs import stub_texts, write_stubs
from grader.course import Course
from grader.intake.submission import File, Submission
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.reports.exports.export import WITH_A_ROSTER, WITHOUT
from grader.reports.exports.roster import Roster
from grader.reports.feedback.writing import FeedbackPages
from grader.reports.lateness import Deadlines
from grader.results import Result
from grader.sandbox.arguments import Arguments
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.sandbox import Sandbox
from tests.grader.toy import CATALOGUE, make_course

SEED = 20
pytestmark = pytest.mark.timeout(900)  # all hidden tests are run, on a machine that may be slow
PICTURE = re.compile(r"data:[\w/+;-]+,[\w+/=%]*")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Beside its name, what a result tells of a learner's answer; `csv` is for instructors.
FOR_LEARNERS = ("gradescope", "github-classroom", "junit", "canvas", "moodle")


def shown_to_learners(
    course: Course, results: Sequence[Result], submissions: Iterable[Submission], folder: Path
) -> dict[str, str]:
    """Return all texts that learners are given of some results, by where they stand."""
    handed_in = {(each.learner, each.week): each for each in submissions}
    pages = FeedbackPages(
        folder / "feedback", course, lambda learner, week: handed_in[learner, week], Deadlines()
    )
    assert list(pages.writing(results)) == list(results)
    assert (pages.problems, pages.notes) == ([], [])
    made = {
        f"feedback/{path.name} of {path.parent.name}": path.read_text(encoding="utf-8")
        for path in (folder / "feedback").rglob("*.*")
    }
    learners = sorted({each.learner for each in results})
    roster = folder / "roster.csv"
    lines = [f"{name},{i},{name},A,{name}@x" for i, name in enumerate(learners)]
    roster.write_text("\n".join(["Student,ID,SIS Login ID,Section,Email address", *lines]))
    for name in FOR_LEARNERS:
        if name in WITHOUT:
            content = WITHOUT[name](results).content
        else:
            content = WITH_A_ROSTER[name](results, Roster.read(roster)).content
        files = {"": content} if isinstance(content, bytes) else content
        made |= {f"{name} {path}": data.decode("utf-8") for path, data in files.items()}
    assert len(made) > 2 * len(results)
    return made


def released(course: Course, folder: Path, *, with_mistakes: bool) -> dict[str, str]:
    """Return all texts of the learner copy and its notebooks, archives and pages included."""
    out = folder / "copy"
    release(out, course, with_notebooks=True, with_mistakes=with_mistakes)
    made = {}
    for path in out.rglob("*"):
        if path.is_file():
            made |= texts_in(path.relative_to(out).as_posix(), path.read_bytes())
    return made


def texts_in(name: str, data: bytes) -> dict[str, str]:
    """Return the text of a file, and those in an archive."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = [texts_in(f"{name}/{each}", archive.read(each)) for each in archive.namelist()]
        return {key: text for part in parts for key, text in part.items()}
    return {name: data.decode("utf-8", "replace")}


def lines_of(source: str, least: int) -> set[str]:
    """Return the lines of a text that are so long, without comments."""
    lines = {line.strip() for line in source.splitlines()}
    return {line for line in lines if len(line) >= least and not line.startswith("#")}


# --- A small course, whose secrets are words and numbers that stand nowhere else.

INPUT, CONSTANT, IN_A_VARIANT = 3.7719203, 7.8291034, 6.4480917
WORD = "heronwaltz"
ANSWER = INPUT * CONSTANT
SECRETS = {
    "input": ("37719203", "377192", WORD),
    "answer": (f"{ANSWER:.6g}".replace(".", ""), repr(ANSWER).replace(".", "")[:8]),
    "reference": ("78291034", "osprey"),
    "variant": ("64480917", "pelican"),
    "hidden test": ("swallow",),
}
SMALL_REFERENCE = f'''"""Toys."""


def double(x):
    """Return x as it should be."""
    ### BEGIN SOLUTION
    osprey = {CONSTANT}
    return osprey * x["{{key}}"] if isinstance(x, dict) else osprey * x
    ### END SOLUTION


def product(a, b):
    """Return the product."""
    ### BEGIN SOLUTION
    return a * b
    ### END SOLUTION


def total(f, n):
    """Return f(0) + ... + f(n - 1)."""
    ### BEGIN SOLUTION
    return sum(f(i) for i in range(n))
    ### END SOLUTION
'''.replace("{key}", WORD)
SMALL_HIDDEN = f'''"""Toys."""

from kata.comparisons import assert_close


class TestDouble:
    def test_a_number(self, learner, reference):
        """It is right for a number."""
        swallow = {INPUT}
        assert_close(learner.double(swallow), reference.double(swallow))

    def test_a_dict(self, learner, reference):
        """It is right for a dict."""
        swallow = {{"{WORD}": {INPUT}}}
        assert_close(learner.double(swallow), reference.double(swallow))


class TestProduct:
    def test_of_two(self, learner):
        """It is the product."""
        assert_close(learner.product(2.0, 3.0), 6.0)


class TestTotal:
    def test_of_two(self, learner):
        """It is the sum."""
        assert_close(learner.total(lambda i: i + {INPUT}, 2), 1 + 2 * {INPUT})
'''
SMALL_VARIANTS = f'''"""Other toys."""

from grader.variants import wrong


@wrong("double", "You took another factor.")
def pelican(x):
    pelican = {IN_A_VARIANT}
    return pelican * (x if isinstance(x, float) else 1.0)
'''
HEAD = """
import sys, warnings
calls = 0
def spelled(text):
    return "".join(c if c.isalpha() else "ABCDEFGHIJ"[int(c)] if c.isdigit() else "_" for c in text)
"""
# Ways to tell what the code was given: each is the body of `double(x)`, which knows `said`.
TELLS = {
    "print": "print(said); print(said, file=sys.stderr); return 0.0",
    "raise": "raise ValueError(said)",
    "raise as KeyError": "return {}[said]",
    "return it": "return x",
    "return text": "return said",
    "return keys": "return {said: 1.0}",
    "return a list": "return [x, x]",
    "note": "e = ValueError('no'); e.add_note(said); raise e",
    "cause": "raise ValueError('no') from ValueError(said)",
    "class of an exception": "raise type(name, (ValueError,), {})(said)",
    "class of a result": "return type(name, (), {'__repr__': lambda self: said})()",
    "attribute": "return getattr(object(), name)",
    "name": "return eval(name)",
    "warning": "warnings.warn(said); return 0.0",
    "place of a warning": "warnings.warn_explicit(said, UserWarning, said, 1); return 0.0",
    "module": "__import__(name)",
    "line of code": "exec(compile('raise ValueError()  # ' + said, said + '.py', 'exec'))",
    "function": "exec(f'def {name}(): raise ValueError({said!r})\\n{name}()')",
    "docstring": "double.__doc__ = said; raise ValueError(double.__doc__)",
    "exit": "sys.exit(said)",
    "assertion": "assert not said, said",
    "conversion": "return float(said)",
    "complex": "return complex(0, len(said))",
    "not implemented": "raise NotImplementedError(said)",
    "group": "raise ExceptionGroup(said, [ValueError(said)])",
    "syntax": "exec('raise ' + said + ' !')",
}


@dataclass(frozen=True)
class Told:
    """What learners were given, and what they were not to be told."""

    results: Sequence[Result]
    texts: dict[str, str]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> tuple[Course, Path]:
    """Make a course of secrets, of which a learner copy and notebooks can be made."""
    root = tmp_path_factory.mktemp("course")
    make_course(root)
    files = {
        "exercises/week1.toml": CATALOGUE.replace('forbidden = ["@", "np.dot"]\n', ""),
        "solutions/week1/toys.py": SMALL_REFERENCE,
        "tests/week1/test_toys.py": SMALL_HIDDEN,
        "tests/week1/variants_toys.py": SMALL_VARIANTS,
        "week1/README.md": "# Toys\n\n## Toys\n\nTwo toys.\n",
        **{name: "# A toy\n" for name in AS_THEY_ARE if not (root / name).exists()},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    course = Course(root)
    write_stubs(course)
    return course, tmp_path_factory.mktemp("out")


def told_secrets(text: str) -> list[str]:
    """Return which secrets of the small course a text tells, also where signs stand between."""
    plain = PICTURE.sub("", text)
    digits = re.sub(r"(?<=\d)[\W_]{1,3}(?=\d)", "", plain)
    letters = str.maketrans("0123456789", "ABCDEFGHIJ")
    return [
        kind
        for kind, secrets in SECRETS.items()
        for secret in secrets
        if secret in digits or (secret.isdigit() and secret.translate(letters) in plain)
    ]


@pytest.fixture(scope="module")
def small_class(small) -> Told:
    """Grade a class that tries to tell what it was given in every way."""
    course, folder = small
    submissions = []
    for learner, body in TELLS.items():
        lines = ["    global calls", "    calls += 1", "    said = repr(x)"]
        lines += ["    name = spelled(said) or 'x'", f"    {body}"]
        text = HEAD + "def double(x):\n" + "\n".join(lines) + "\n"
        text += "def product(a, b):\n    return a * b\n"
        text += "def total(f, n):\n    raise ValueError(f(0))\n"
        submissions.append(Submission(learner, "week1", {"toys": File(text)}))
    (module,) = course.catalogue.weeks[0].modules
    with Sandbox(Limits(), ALL_LAYERS) as sandbox:
        judge = Grader(course, collect(course, [module]), sandbox, SEED)
        results = [judge.grade(each) for each in submissions]
    return Told(results, shown_to_learners(course, results, submissions, folder))


class TestSmallCourse:
    def test_everybody_was_given_the_secrets_and_nobody_was_right(self, small_class):
        double = {each.learner: each.exercises[0] for each in small_class.results}
        assert double.keys() == TELLS.keys()
        statuses = {each.status for each in double.values()}
        assert statuses <= {"failed", "crashed", "todo"}
        assert all(each.exercises[1].status == "passed" for each in small_class.results)

    def test_nothing_that_learners_are_given_tells_them(self, small_class):
        found = {name: told_secrets(text) for name, text in small_class.texts.items()}
        assert {name: secrets for name, secrets in found.items() if secrets} == {}

    def test_nor_do_the_learner_copy_and_its_notebooks(self, small, tmp_path):
        texts = released(small[0], tmp_path, with_mistakes=True)
        assert "week1/toys.py" in texts
        assert "week1/week1.ipynb" in texts
        found = {name: told_secrets(text) for name, text in texts.items()}
        assert {name: secrets for name, secrets in found.items() if secrets} == {}

    def test_what_is_searched_for_would_be_found(self, small):
        course, _ = small
        (module,) = course.catalogue.weeks[0].modules
        layout = course.layout
        hidden = (layout.reference(module), layout.hidden_tests(module), layout.variants(module))
        found = {kind for path in hidden for kind in told_secrets(course.read(path))}
        assert found == SECRETS.keys() - {"answer"}
        assert told_secrets(f"gave {ANSWER}") == ["answer"]
        assert "input" in told_secrets("DHHBJCAD")


# --- The course itself, whose hidden inputs are drawn.


class Numbers:
    """Numbers that nobody may be told, of six digits or more."""

    def __init__(self) -> None:
        self._whole: set[str] = set()
        self._rounded: set[str] = set()

    def add(self, value: Any, depth: int = 0) -> None:
        """Keep the floats in a value."""
        if isinstance(value, dict):
            value = [*value.keys(), *value.values()]
        if isinstance(value, list | tuple | set) and depth < 4:
            for each in value:
                self.add(each, depth + 1)
        elif isinstance(value, float | np.floating | np.ndarray):
            array = np.asarray(value)
            if array.dtype.kind == "f":
                for number in array.ravel()[:200].tolist():
                    self._add(repr(number), f"{number:.6g}")

    def _add(self, whole: str, rounded: str) -> None:
        digits = digits_of(whole)
        # Two thirds and its like are known to everybody; so is what has few digits.
        if len(digits) >= 6 and np.isfinite(float(whole)) and len(set(digits[1:8])) > 2:
            self._whole.add(digits)
            if len(digits_of(rounded)) == 6:
                self._rounded.add(digits_of(rounded))

    def __len__(self) -> int:
        return len(self._whole)

    def told_in(self, text: str, *, rounded: bool = True) -> set[str]:
        """Return the numbers in a text that are among these."""
        found = {digits_of(number) for number in NUMBER.findall(PICTURE.sub("", text))}
        return found & self._whole | (found & self._rounded if rounded else set())


def digits_of(number: str) -> str:
    """Return the digits that count."""
    return number.lower().partition("e")[0].replace(".", "").strip("-0")


@dataclass(frozen=True)
class WatchedCourse(Course):
    """A course whose references' answers are written down."""

    answers: Numbers = None  # type: ignore[assignment]

    def reference(self, module: Module) -> types.ModuleType:
        """Return a reference whose functions write down what they return."""
        reference = super().reference(module)

        def watched(function: Any) -> Any:
            @wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                answer = function(*args, **kwargs)
                self.answers.add(answer)
                return answer

            return call

        for name, value in list(vars(reference).items()):
            if isinstance(value, types.FunctionType):
                setattr(reference, name, watched(value))
        return reference


@pytest.fixture(scope="module")
def whole_class(tmp_path_factory) -> tuple[Told, Numbers, Numbers]:
    """Grade code that raises what it is given, and know all that it was given."""
    inputs, answers = Numbers(), Numbers()
    course = WatchedCourse(answers=answers)

    class Watched(Arguments):
        def __init__(self, args: Sequence[Any], kwargs: Any, **options: Any) -> None:
            super().__init__(args, kwargs, **options)
            inputs.add([*args, *kwargs.values()])

    submissions = []
    for week in course.catalogue.weeks:
        files = {}
        for module in week.modules:
            stub = course.read(course.layout.learners_file(module))
            raising = "raise ValueError(repr(locals()))"
            files[module.name] = File(re.sub(r"raise NotImplementedError\(.*\)", raising, stub))
        submissions.append(Submission("ada", week.name, files))
    modules = [module for week in course.catalogue.weeks for module in week.modules]
    results = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader.judging.bench, "Arguments", Watched)
        suite = collect(course, modules)
        with Sandbox(Limits(), ALL_LAYERS) as sandbox:
            judge = Grader(course, suite, sandbox, SEED)
            results = [judge.grade(each) for each in submissions]
            # What is right is called to the end, so that all inputs are seen.
            for module in modules:
                text = course.read(course.layout.reference(module))
                for exercise in module.exercises:
                    judge.grade_one(module, exercise, text)
    # Scores and times are no secrets, and could be like one.
    results = [
        replace(each, exercises=tuple(replace(e, seconds=0.0) for e in each.exercises))
        for each in results
    ]
    folder = tmp_path_factory.mktemp("told")
    texts = shown_to_learners(course, results, submissions, folder)
    return Told(results, texts), inputs, answers


class TestWholeCourse:
    def test_hidden_numbers_were_seen(self, whole_class):
        told, inputs, answers = whole_class
        assert len(inputs) > 1000
        assert len(answers) > 1000
        statuses = [e.status for each in told.results for e in each.exercises]
        assert statuses.count("failed") > 100

    def test_nothing_that_learners_are_given_holds_one(self, whole_class):
        told, inputs, answers = whole_class
        for name, text in told.texts.items():
            assert inputs.told_in(text) == set(), name
            assert answers.told_in(text) == set(), name

    def test_no_line_of_ours_is_in_the_learner_copy_or_its_notebooks(self, tmp_path):
        course = Course()
        stubs = "\n".join(stub_texts(course).values())
        visible = [
            course.layout.visible_tests(m) for w in course.catalogue.weeks for m in w.modules
        ]
        given = lines_of(stubs, 25) | {
            line for path in visible for line in lines_of(course.read(path), 25)
        }
        secret = set()
        for week in course.catalogue.weeks:
            for module in week.modules:
                reference = course.read(course.layout.reference(module))
                secret |= {line for line in lines_of(code_of(reference), 25) if line not in given}
                secret |= {
                    variant.says for variant in course.variants(module) if not variant.is_right
                }
        assert len(secret) > 1000
        # Mistakes are sealed, and take a while for so many exercises.
        for name, text in released(course, tmp_path, with_mistakes=False).items():
            if name.endswith(".ipynb"):  # a line ends in \n there, and quotes are escaped
                text = text.replace("\\n", "\n").replace('\\"', '"')
            found = {line.strip(' ",') for line in text.splitlines()} & secret
            assert found == set(), name


def code_of(source: str) -> str:
    """Return what stands in the solution blocks of a reference."""
    blocks = source.split("### BEGIN SOLUTION")[1:]
    return "\n".join(block.partition("### END SOLUTION")[0] for block in blocks)
