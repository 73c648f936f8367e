"""Where the files of a format lie that has one for each result."""

from __future__ import annotations

from collections.abc import Sequence

from grader.results import Result


def paths_of(results: Sequence[Result]) -> tuple[dict[str, Result], tuple[str, ...]]:
    """Return each result by `<learner>/<week>`, and those whose names can be no folder's."""
    paths = {}
    left_out = []
    for result in results:
        if any("/" in name or name in ("", ".", "..") for name in (result.learner, result.week)):
            left_out.append(f"{result.learner} {result.week}: can be no folder's name; grade again")
        else:
            paths[f"{result.learner}/{result.week}"] = result
    return paths, tuple(left_out)
