"""The instructor's and author's command line: `python -m grader run | export | check | …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from grader.commands import authoring, exporting, grading, making, results
from grader.commands.shared import BAD_CALL
from grader.errors import GraderError
from grader.printing import printable
from kata.version import ShowVersion

# What a learner's installation lacks, and which extra brings it.
EXTRAS = {
    **dict.fromkeys(("jinja2", "msgpack", "msgspec", "pygments", "tomli_w"), "instructor"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
    "nbformat": "nbgrader",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: all is well. 1: `check`, `mutants`, `noise` or `diff` found something, `export`, `gradebook`
    or `publish` could not place something, `me` has something left to do, or `override` lists a
    decision whose reason may be gone. 2: the call or its input is wrong, or there is no sandbox.
    3: some submissions could not be graded for a reason on our side.
    """
    try:
        args = build_parser().parse_args(argv)
        return int(args.command(args))
    except GraderError as error:
        print("grader: " + "\n".join(map(printable, str(error).splitlines())), file=sys.stderr)
        return BAD_CALL
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None:
            raise
        print(f"grader: {error}; install it: pip install -e '.[{extra}]'", file=sys.stderr)
        return BAD_CALL
    except KeyboardInterrupt:
        print("grader: stopped; run the same command again to go on from here", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m grader", description="Grade submissions, and check the exercises."
    )
    parser.add_argument("--version", action=ShowVersion, help="show the version, and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (grading, results, exporting, authoring, making):
        group.add(commands)
    return parser
