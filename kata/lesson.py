"""`kata lesson`: a week's lesson in the browser, from a file that needs no network."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from exercises.catalogue import Catalogue
from exercises.layout import LEARNERS_PAGES
from kata.errors import UsageError
from kata.names import find_meant
from kata.project import Project

FOLDER = "lessons"  # learner copies come with it; in the repository it is made when asked for


def show_lesson(project: Project, name: str | None, *, in_browser: bool) -> int:
    """Print the path of a lesson's page, and open it; that of the learner's week if none is named.

    Raises
    ------
    UsageError
        If there is no such lesson, or nothing to make its page with.
    """
    page = _page_of(project, _week_named(project, name))
    print(page, flush=True)
    if in_browser and not webbrowser.open(page.as_uri()):
        print("kata: no browser was found here: open this file in one", file=sys.stderr)
        return 1
    return 0


def sources(catalogue: Catalogue, root: Path) -> Mapping[Path, str]:
    """Return what pages are made of, the lessons and what they point to, and each page's name."""
    pages = {}
    for week in catalogue.weeks:
        pages[root / week.name / "README.md"] = f"{week.name}.html"
        for more in ("data", "reading"):
            pages[root / week.name / more / "README.md"] = f"{week.name}-{more}.html"
    for page in LEARNERS_PAGES:
        pages[root / page] = f"{Path(page).stem}.html"
    return {path: page for path, page in pages.items() if path.is_file()}


def _week_named(project: Project, name: str | None) -> str:
    if name is None:
        from kata.progress import Progress  # with what reads and writes the state

        return Progress.load(project).week.name
    weeks = sorted({exercise.week for exercise in find_meant(project.catalogue, name).exercises})
    if len(weeks) > 1:
        raise UsageError(f"{name!r} is in {' and '.join(weeks)}: say which")
    return weeks[0]


def _page_of(project: Project, week: str) -> Path:
    """Return the page of a week's lesson, made again where a text has changed since."""
    made_of = sources(project.catalogue, project.root)
    folder = project.root / FOLDER
    page = folder / f"{week}.html"
    lesson = f"{week}/README.md"
    if project.root / lesson not in made_of:
        raise UsageError(f"there is no {lesson} in {project.root}")
    newest = max(path.stat().st_mtime for path in made_of)
    if page.exists() and page.stat().st_mtime >= newest:
        return page
    try:
        from kata.lesson_pages import lesson_pages
    except ModuleNotFoundError as error:
        if page.exists():  # a copy from an archive or a clone says nothing about what is older
            return page
        raise UsageError(
            f"{error.name} is missing, which makes pages of lessons: "
            f'pip install -e ".[lessons]"; or read {lesson}'
        ) from error
    try:
        folder.mkdir(exist_ok=True)
        for name, text in lesson_pages(project.root, made_of).items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    return page
