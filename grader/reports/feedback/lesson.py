"""What of a week's lesson a feedback page points to: the section, and a picture that explains."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from exercises import Catalogue, Exercise
from grader.authoring.lessons import PICTURE, SECTION


@dataclass(frozen=True)
class Picture:
    """A picture of a lesson.

    Attributes
    ----------
    address : str
        A `data:` address that holds it.
    says : str
        What is in it, for who does not see it.
    """

    address: str
    says: str


class Lessons:
    """The lessons of a course; one without a lesson has nothing to point to."""

    def __init__(self, catalogue: Catalogue, root: Path) -> None:
        self._catalogue = catalogue
        self._root = root
        self._titles: dict[str, frozenset[str]] = {}
        self._pictures: dict[tuple[str, str], Picture] = {}

    def section(self, week: str, module: str) -> str:
        """Return the title of the section that teaches a module, or nothing."""
        self._read(week)
        found = self._catalogue.week(week)
        taught = found.module(module) if found else None
        return taught.title if taught and taught.title in self._titles[week] else ""

    def picture(self, exercise: Exercise) -> Picture | None:
        """Return the picture that explains an exercise, if one does."""
        self._read(exercise.week)
        return self._pictures.get((exercise.week, exercise.picture))

    def _read(self, week: str) -> None:
        if week in self._titles:
            return
        path = self._root / week / "README.md"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        lines = text.splitlines()
        titles = (line.removeprefix(SECTION) for line in lines if line.startswith(SECTION))
        self._titles[week] = frozenset(titles)
        found = self._catalogue.week(week)
        wanted = {each.picture for each in found.exercises} if found else set()
        for says, target in PICTURE.findall(text):
            file = path.parent / target
            if file.stem in wanted and file.is_file():
                data = base64.b64encode(file.read_bytes()).decode("ascii")
                address = f"data:image/svg+xml;base64,{data}"
                self._pictures[week, file.stem] = Picture(address, says)
