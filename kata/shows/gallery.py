"""`kata show`: which pictures there are, and one of them in a window, in a file or as text."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from exercises.catalogue import Exercise
from kata.console import screen_on
from kata.errors import UsageError
from kata.names import find_meant
from kata.project import Project
from kata.shows import MODULES
from kata.shows.performance import SHOWN, perform
from kata.shows.pictures import all_pictures, picture_of
from kata.shows.pictures.picture import Picture
from kata.shows.style import FAINT, INK, STYLE, put_on_card
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 79
ENDINGS = (".svg", ".png")
PNG_DPI = 160
INSTALL = 'Pictures need matplotlib: pip install -e ".[pictures]"'
LINE_HEIGHT = 0.19  # inches, of the sentences below a picture
LETTERS_PER_INCH = 16.0


class Way(NamedTuple):
    """How to show a picture: by default in a window, and without a screen in a file.

    Attributes
    ----------
    out : str or None
        The file to write.
    as_text : bool
        In the terminal, whatever else there is.
    writes_file : bool
        Whether to write a file of our choice where no window can be opened, rather than text.
    """

    out: str | None = None
    as_text: bool = False
    writes_file: bool = True


def list_pictures(project: Project) -> int:
    """Print a line for everything that can be shown."""
    found = list(all_pictures(project.catalogue))
    print("kata show EXERCISE runs your own functions, and draws what they give:")
    for week in project.catalogue.weeks:
        pictures = [picture for exercise, picture in found if exercise.week == week.name]
        rows = [(picture.name, picture.about) for picture in pictures]
        rows += [(name, MODULES[name]) for name in MODULES if week.module(name) is not None]
        if rows:
            print(f"\n{week.name}")
            _print_rows(rows)
    print("\nkata show EXERCISE --text prints it, and --out FILE.svg or FILE.png keeps it.")
    return SHOWN


def _print_rows(rows: Sequence[tuple[str, str]]) -> None:
    for name, about in rows:
        print(f"  {name:<19} {about}")


def show_picture(project: Project, typed: str, way: Way) -> int:
    """Show the picture of an exercise, or of the only one that a module has; list several.

    Raises
    ------
    UsageError
        If there is no such exercise, none that has a picture, or the file can't be written.
    """
    meant = find_meant(project.catalogue, typed)
    shown: dict[str, tuple[Exercise, Picture]] = {}
    for exercise in meant.exercises:
        picture = picture_of(exercise)
        if picture is not None:
            shown.setdefault(f"{exercise.week} {picture.name}", (exercise, picture))
    if not shown:
        raise UsageError(f"there is no picture of {typed}: kata show lists all that there are")
    if len(shown) > 1 and way.out is not None:
        names = ", ".join(picture.name for _, picture in shown.values())
        raise UsageError(f"--out keeps one picture, and {typed} has several: {names}")
    if len(shown) > 1:
        print(f"There are several pictures of {typed}. kata show, and then one of these:\n")
        _print_rows([(picture.name, picture.about) for _, picture in shown.values()])
        return SHOWN
    [(exercise, picture)] = shown.values()
    if way.out is not None:
        _refuse_file(Path(way.out))
    module = project.catalogue.module_of(exercise).name
    return perform(
        project, module, picture.exercises, lambda work: _show(work, picture, way), picture.name
    )


def _refuse_file(path: Path) -> None:
    """Raise before anything is computed if a file has no ending that we write, or no folder."""
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"--out {path}: the name should end in {' or '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")


def _show(work: Work, picture: Picture, way: Way) -> list[str]:
    try:
        data = picture.compute(work)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    if way.as_text:
        _print_text(picture, data)
        return []
    if find_spec("matplotlib") is None:
        _print_text(picture, data)
        print(f"\n{INSTALL}")
        return [f"So {way.out} was not written."] if way.out else []
    _print_sentences(picture)
    if way.out is not None:
        _write(picture, data, Path(way.out))
    elif not _open_window(picture, data):
        if way.writes_file:
            _write(picture, data, Path(f"show-{picture.name}.png"))
        else:
            print(f"\n{picture.text(data)}")
    return []


def _print_text(picture: Picture, data: Any) -> None:
    _print_sentences(picture)
    print(f"\n{picture.text(data)}")


def _print_sentences(picture: Picture) -> None:
    print(f"{picture.name}: {picture.about}\n")
    screen = screen_on(sys.stdout)
    for sentence in _sentences(picture):
        print(textwrap.fill(screen.readable(sentence), WIDTH))


def _sentences(picture: Picture) -> tuple[str, str]:
    return picture.look, f"If it is wrong: {picture.if_wrong}"


def drawn(picture: Picture, data: Any, figure: Figure) -> None:
    """Draw a picture on an empty figure, with what to look at below it."""
    width, height = picture.size
    lines = [
        (line, colour)
        for sentence, colour in zip(_sentences(picture), (INK, FAINT), strict=True)
        for line in textwrap.wrap(sentence, int((width - 0.6) * LETTERS_PER_INCH))
    ]
    below = LINE_HEIGHT * len(lines) + 0.2
    figure.set_size_inches(width, height + below)
    picture.draw(figure, data)
    share = below / (height + below)
    for _ in range(2):  # a panel whose shape is fixed takes its place only in the second round
        figure.tight_layout(pad=1.4, rect=(0, share, 1, 1))
    for number, (line, colour) in enumerate(lines):
        y = (below - LINE_HEIGHT * number) / (height + below)
        figure.text(0.3 / width, y, line, color=colour, size=9, va="top").set_in_layout(False)
    put_on_card(figure)


@contextmanager
def _in_our_style() -> Iterator[None]:
    """Draw in the style of the lessons, whatever the learner has set for other work."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def _write(picture: Picture, data: Any, path: Path) -> None:
    from matplotlib.figure import Figure

    kind = path.suffix.lower().removeprefix(".")
    content = io.BytesIO()
    with _in_our_style():
        figure = Figure()
        drawn(picture, data, figure)
        metadata = {"Date": None, "Creator": None} if kind == "svg" else None
        figure.savefig(content, format=kind, dpi=PNG_DPI, metadata=metadata)
    try:
        path.write_bytes(content.getvalue())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    print(f"\nThe picture is in {path}")


def _open_window(picture: Picture, data: Any) -> bool:
    """Show a picture in a window until it is closed; return whether there could be one."""
    if not _has_screen():
        return False
    with _in_our_style():
        try:
            import matplotlib.pyplot as plt

            figure = plt.figure(num=f"kata show {picture.name}", facecolor="white")
        except ImportError:  # the window system that was chosen is not installed
            return False
        try:
            if figure.canvas.required_interactive_framework is None:
                return False  # a backend that only draws into files
            drawn(picture, data, figure)
            print("\nClose the window to go on.", flush=True)
            plt.show()
        finally:
            plt.close(figure)
    return True


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
