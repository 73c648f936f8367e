"""Make the learner copy: what learners need, and nothing from which an answer could be read.

And Gradescope's autograder, which is that and the grader with all that it needs. The list says what
goes in, so that a new file of ours stays out until somebody adds it here.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from exercises.layout import LEARNERS_PAGES
from grader.authoring.archives import content_of, zip_of
from grader.authoring.mistakes import mistakes_file
from grader.authoring.quizzes import answer_files
from grader.authoring.stubs import stub_texts
from grader.course import Course
from grader.errors import InputError, SuiteError
from grader.files import write_atomically, writing_to
from kata.given import GIVEN
from kata.lesson import FOLDER as LESSONS
from kata.lesson import sources
from kata.mistakes import MISTAKES
from kata.seal import SEALED, seal
from kata.solution import as_shown

# What only instructors and authors need stands in the README between these.
PRIVATE = re.compile(r"<!-- BEGIN NOT FOR LEARNERS -->.*?<!-- END NOT FOR LEARNERS -->\n*", re.S)
EDITORS = (
    ".devcontainer/devcontainer.json",
    ".vscode/extensions.json",
    ".vscode/settings.json",
    ".vscode/tasks.json",
)
AS_THEY_ARE = (
    "conftest.py",
    "pyproject.toml",
    "LICENSE",
    *LEARNERS_PAGES,
    *EDITORS,
)
GRADESCOPE = Path(__file__).parent / "gradescope"
EXECUTABLE = ("setup.sh", "run_autograder")
PACKAGE = (".py", ".toml", ".json", ".npz", ".woff", ".txt")  # modules, their data, and its licence
LESSON = (".md", ".png", ".svg", ".gz")  # its words, pictures and data


def release(
    out: Path,
    course: Course | None = None,
    *,
    with_notebooks: bool = False,
    with_solutions: bool = False,
    with_mistakes: bool = False,
) -> None:
    """Write the learner copy to a new folder, or to a `.zip`.

    With the weeks as notebooks too, with our solutions, sealed, and with the mistakes that we know,
    sealed, or not. To find out what the mistakes do takes several seconds.

    Raises
    ------
    InputError
        If `out` exists and is not empty, or can't be written.
    SuiteError
        If a file that belongs in the copy is missing.
    """
    course = course or Course()
    files = {**dict(_files(course)), **dict(_lessons(course))}
    if with_notebooks:
        from grader.authoring.notebooks import released_files

        files |= dict(released_files(course))
    if with_solutions:
        files[SEALED] = _sealed_solutions(course)
    if with_mistakes:
        modules = [module for week in course.catalogue.weeks for module in week.modules]
        files[MISTAKES] = mistakes_file(course, modules).encode("ascii")
    try:
        if out.suffix == ".zip":
            write_atomically(out, zip_of({f"{out.stem}/{name}": files[name] for name in files}))
        else:
            _write_folder(out, files)
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror}") from error


def release_autograder(out: Path, week: str, course: Course | None = None) -> None:
    """Write the `.zip` that Gradescope takes as the autograder of an assignment: one week.

    Raises
    ------
    InputError
        If there is no such week, or `out` is no `.zip` or can't be written.
    SuiteError
        If a file that belongs in it is missing.
    """
    course = course or Course()
    weeks = [each.name for each in course.catalogue.weeks]
    if week not in weeks:
        raise InputError(
            f"--week {week}: an assignment of Gradescope is one week: {', '.join(weeks)}"
        )
    if out.suffix != ".zip":
        raise InputError(f"--out {out}: Gradescope takes a .zip")
    files = {**dict(_files(course)), **dict(_graders_files(course)), "week.txt": week.encode()}
    with writing_to(out):
        write_atomically(out, zip_of(files, EXECUTABLE))


def _graders_files(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of what grading needs beside the learner copy."""
    for name in EXECUTABLE:
        yield name, content_of(GRADESCOPE / name)
    rooms = ["grader", "solutions", *(f"tests/{week.name}" for week in course.catalogue.weeks)]
    paths = [path for room in rooms for path in (course.root / room).rglob("*")]
    for path in sorted([course.root / "tests" / "conftest.py", *paths]):
        if path.is_dir() or path.suffix == ".pyc":
            continue
        yield path.relative_to(course.root).as_posix(), content_of(path)


def _files(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of everything in the learner copy."""
    readme = course.read(course.root / "README.md")
    yield "README.md", PRIVATE.sub("", readme).encode("utf-8")
    for name in AS_THEY_ARE:
        yield name, content_of(course.root / name)
    for package in ("kata", "exercises"):
        for path in sorted((course.root / package).rglob("*")):
            if path.suffix in PACKAGE and path.is_file():
                yield str(path.relative_to(course.root)), content_of(path)
    # The stubs are made anew from the references: a week folder in use may hold solved ones.
    stubs = stub_texts(course)
    yield GIVEN, _given_archive(stubs)
    for name, text in answer_files(course).items():
        yield name, text.encode("utf-8")
    for week in course.catalogue.weeks:
        folder = course.root / week.name
        for path in sorted(folder.rglob("*")):
            if path.suffix in LESSON:
                yield str(path.relative_to(course.root)), content_of(path)
        for module in week.modules:
            stub = str(course.layout.learners_file(module).relative_to(course.root))
            yield stub, stubs[stub].encode("utf-8")
            tests = course.layout.visible_tests(module)
            yield str(tests.relative_to(course.root)), content_of(tests)


def _lessons(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield the lessons as pages for a browser, so that learners need nothing to make them with."""
    from kata.lesson_pages import lesson_pages

    try:
        pages = lesson_pages(course.root, sources(course.catalogue, course.root))
    except OSError as error:
        raise SuiteError(f"{error.filename}: belongs in a lesson, but {error.strerror}") from error
    for name, page in pages.items():
        yield f"{LESSONS}/{name}", page.encode("utf-8")


def _sealed_solutions(course: Course) -> bytes:
    sealed = {}
    for week in course.catalogue.weeks:
        for module in week.modules:
            source = course.read(course.layout.reference(module))
            for exercise in module.exercises:
                name = f"{exercise.week}/{exercise.name}"
                sealed[name] = seal(name, "\n".join(as_shown(source, exercise.object_name)))
    return (json.dumps(sealed, indent=0) + "\n").encode("ascii")


def pack_given(course: Course) -> None:
    """Write the archive from which `kata reset` takes stubs, into this repository itself."""
    write_atomically(course.root / GIVEN, _given_archive(stub_texts(course)))


def _given_archive(stubs: Mapping[str, str]) -> bytes:
    return zip_of({name: text.encode("utf-8") for name, text in stubs.items()})


def _write_folder(out: Path, files: dict[str, bytes]) -> None:
    """Write all files beside the target, then put them in its place in one step."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"--out {out}: exists and is not empty; give a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        for name, content in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        temporary.chmod(0o755)
        temporary.replace(out)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
