"""Make the font of formulas in the pages of lessons: `python -m docs.math_font FONT.otf`.

FONT.otf is TeX Gyre Termes Math (https://www.gust.org.pl/projects/e-foundry/tg-math), of which the
signs that formulas may need are kept. Without a font for mathematics a browser does not stretch
brackets, and telephones and many a Linux have none.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, save_font
from fontTools.ttLib import TTFont

OUT = Path(__file__).parents[1] / "kata" / "math_font.woff"
NAME = "Katas Math"  # its licence asks for another name
NAME_IDS = {1: NAME, 4: NAME, 6: NAME.replace(" ", ""), 16: NAME}
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0x391, 0x3C9),  # Greek
    (0x1D434, 0x1D467),  # italic letters
    (0x1D6E2, 0x1D71B),  # italic Greek
)
OTHERS = "\u00a0\u0302\u0303\u0304\u0305¯·×±′ˆ˜‖…ℎ←→↦⇒∂∇∈∏∑−√∞∣∥∫≈≠≤≥⋅⟨⟩⌊⌋⌈⌉ϑϕϵ"


def main(path: str) -> None:
    """Write a font with the signs of formulas, and what they are stretched with."""
    options = Options(flavor="woff", hinting=False, layout_features=[], drop_tables=["FFTM"])
    font = TTFont(path, recalcTimestamp=False)
    subsetter = Subsetter(options)
    signs = {sign for first, last in RANGES for sign in range(first, last + 1)}
    subsetter.populate(unicodes=signs | set(map(ord, OTHERS)))
    subsetter.subset(font)
    for record in font["name"].names:
        record.string = NAME_IDS.get(record.nameID, record.toUnicode())
    save_font(font, OUT, options)


if __name__ == "__main__":
    main(sys.argv[1])
