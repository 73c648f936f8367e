"""Make the pictures of the lessons from the references: `make pictures`.

Each week has a file of functions, and a table `PICTURES` that says where each picture goes and
which reference it shows. Equal references give equal files.
"""

from __future__ import annotations

import base64
import io
import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from docs.pictures import week1, week2, week3, week4
from grader.course import ROOT, Course
from kata.shows.style import STYLE, put_on_card

LARGEST_FILE = 60_000  # bytes
PIXELS = 96  # of the height of an image, at least
PICTURES: dict[str, tuple[str, Callable[[types.ModuleType], Figure]]] = {
    name: entry for week in (week1, week2, week3, week4) for name, entry in week.PICTURES.items()
}


def main() -> None:
    """Draw all pictures and say how large they are."""
    for name, size in draw(Course()):
        print(f"{size:>7,} bytes  {name}")


def draw(course: Course, root: Path = ROOT) -> Iterator[tuple[str, int]]:
    """Draw every picture below `root`, yielding its name and its size in bytes."""
    for name, (module_name, picture) in PICTURES.items():
        module = course.module(name.split("/")[0], module_name)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context(STYLE):
            figure = picture(course.reference(module))
            figure.tight_layout(pad=1.6)
            put_on_card(figure)
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)
        path.write_text(_enlarge_pixels(_compact(text.getvalue())), encoding="utf-8", newline="\n")
        size = path.stat().st_size
        assert size <= LARGEST_FILE, f"{name} is {size} bytes, more than {LARGEST_FILE}"
        yield name, size


def _enlarge_pixels(svg: str) -> str:
    """Repeat the pixels of images: many a viewer smooths what it has to enlarge."""

    def enlarged(match: re.Match[str]) -> str:
        image = Image.open(io.BytesIO(base64.b64decode(match[0])))
        red, green, blue, _ = image.split()  # nothing shines through
        mode = "L" if red.tobytes() == green.tobytes() == blue.tobytes() else "RGB"
        times = -(-PIXELS // image.height)
        size = image.width * times, image.height * times
        file = io.BytesIO()
        image.convert(mode).resize(size, Image.Resampling.NEAREST).save(file, "png", optimize=True)
        return base64.b64encode(file.getvalue()).decode("ascii")

    return re.sub(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=\s]+", enlarged, svg)


def _compact(svg: str) -> str:
    """Drop digits that no screen shows: smaller, and alike where processors round differently."""

    def rounded(match: re.Match[str]) -> str:
        number = float(match[0])
        short = f"{number:.2f}" if abs(number) >= 1 else f"{number:.4f}"
        return short.rstrip("0").rstrip(".")

    svg = re.sub(r"-?\d+\.\d{3,}", rounded, svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


if __name__ == "__main__":
    main()
