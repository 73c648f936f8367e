"""The page that shows which pairs are alike: one file that loads nothing and runs no script.

Names and code are text that the template escapes; the content security policy allows the one style
sheet by its digest, and nothing else.
"""

from __future__ import annotations

import json
from typing import Any

from grader.printing import printable
from grader.reports.templates import rendered, sheet
from grader.similarity.find import SHOWN_PAIRS, SideBySide, Similarity
from grader.similarity.reading import Spans

SHOWN_EXERCISES = 8  # of a pair, with code
MAX_SHOWN_CHARACTERS = 16 * 1024  # of one solution
SMALL_CLASS = 10


def page_of(found: Similarity) -> str:
    """Return the page."""
    return rendered(
        "similarity.html",
        style=sheet("report.css") + sheet("similarity.css", "grader.similarity"),
        found=found,
        shown_pairs=SHOWN_PAIRS,
        shown_exercises=SHOWN_EXERCISES,
        is_small=found.n_learners < SMALL_CLASS,
        printable=printable,
        percent=_percent,
        words=_words,
        name=_name,
        parts=_parts,
    )


def as_json(found: Similarity) -> str:
    """Return what was found as JSON, without anybody's code."""
    pairs: list[dict[str, Any]] = [
        {
            "learners": pair.learners,
            "telling": round(pair.telling, 1),
            "share": round(pair.share, 3),
            "alike": [
                {
                    "week": each.alike.place[0],
                    "name": each.alike.place[1],
                    "exercises": each.exercises,
                    "unusual_words": round(each.alike.weight, 1),
                    "share": round(each.alike.share, 3),
                    "telling": round(each.alike.telling, 1),
                }
                for each in pair.alike
            ],
        }
        for pair in found.pairs
    ]
    about = {
        "weeks": found.weeks,
        "learners": found.n_learners,
        "submissions": found.n_submissions,
        "pairs_found": found.n_pairs,
        "pairs": pairs,
        "skipped": found.skipped,
    }
    return json.dumps(about, indent=1)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _words(weight: float) -> str:
    return f"{weight:.0f}"


def _name(each: SideBySide) -> str:
    """Say which exercises it is about."""
    week, name = each.alike.place
    what = ", ".join(each.exercises) if len(each.exercises) > 1 else ""
    return f"{week} {name} ({what})" if what else f"{week} {name}"


def _parts(spans: Spans) -> Spans:
    """Return a text with nothing that a browser would obey, and not more than people read."""
    parts = []
    room = MAX_SHOWN_CHARACTERS
    for text, is_shared in spans:
        shown = "\n".join(printable(line.expandtabs(4)) for line in text[:room].split("\n"))
        parts.append((shown, is_shared))
        room -= len(text)
        if room <= 0:
            parts.append(("\n… the rest is not shown", False))
            break
    return tuple(parts)
