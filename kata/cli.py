"""The command `kata`: hints, the list of exercises, and the learner's functions at work."""

from __future__ import annotations

import argparse
import difflib
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from exercises.catalogue import HERE, Catalogue, CatalogueError, Exercise, Week
from exercises.layout import find_root
from kata.errors import UsageError
from kata.project import Project
from kata.version import ShowVersion

DONE, FAILED, BAD_USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something failed, 2 bad usage."""
    _show_all_signs()
    try:
        args = build_parser().parse_args(argv)
    except SystemExit as error:  # argparse has said why, or has shown the help
        return BAD_USAGE if error.code else DONE
    try:
        project = Project(find_root(Path.cwd()) or HERE.parent)
        code = _run(project, args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nkata: stopped", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader, `head` for example, has seen enough
        # Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (UsageError, CatalogueError) as error:
        print(f"kata: {error}", file=sys.stderr)
        return BAD_USAGE


def _run(project: Project, args: argparse.Namespace) -> int:
    if args.command == "hint":
        return hint(project, args.exercise, args.number)
    if args.command == "list":
        return list_exercises(project, args.week)
    # The shows need numpy, which takes longer to load than all the rest.
    if args.model == "nanogpt":
        from kata.shows.nanogpt import Request, show_nanogpt

        request = Request(args.prompt, args.length, args.temperature, args.top_k, args.seed)
        return show_nanogpt(project, request)
    from kata.shows.ddpm import show_ddpm

    return show_ddpm(project, args.digit, args.seed)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="kata",
        description="Hints, a list of the exercises, and your functions at work in a model. "
        "To check your work: pytest week1",
    )
    parser.add_argument("--version", action=ShowVersion, help="show the version, and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    command = commands.add_parser(
        "hint", help="show a hint for an exercise", description="Show a hint for an exercise."
    )
    command.add_argument("exercise", metavar="EXERCISE", help="its name, such as dot")
    command.add_argument(
        "number",
        metavar="NUMBER",
        type=int,
        nargs="?",
        default=1,
        help="which hint: 1 (default) is a nudge, the last one nearly gives it away",
    )
    command = commands.add_parser(
        "list", help="list the exercises", description="List the exercises."
    )
    command.add_argument("week", metavar="WEEK", nargs="?", help="such as week1; all if left out")
    _add_show(commands)
    return parser


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    description = "Run your own functions of week 4 on a small trained model."
    command = commands.add_parser(
        "show", help="run your functions on a small trained model", description=description
    )
    models = command.add_subparsers(dest="model", metavar="{nanogpt,ddpm}", required=True)
    command = models.add_parser(
        "nanogpt",
        help="your GPT writes in the manner of Shakespeare",
        description="Write a text with your functions in week4/nanogpt.py.",
    )
    command.add_argument(
        "--prompt", metavar="TEXT", default="My love", help="the text to continue (My love)"
    )
    command.add_argument(
        "--length", metavar="N", type=_count, default=300, help="how many characters to add (300)"
    )
    command.add_argument(
        "--temperature",
        metavar="X",
        type=_temperature,
        default=0.7,
        help="low for the most likely characters, high for surprises (0.7)",
    )
    command.add_argument(
        "--top-k", type=_count, metavar="K", help="keep only the K most likely characters"
    )
    command.add_argument(
        "--seed", metavar="S", type=_seed, default=0, help="another number, another text (0)"
    )
    command = models.add_parser(
        "ddpm",
        help="your sampler draws a handwritten digit",
        description="Draw a digit out of noise with your functions in week4/ddpm.py.",
    )
    command.add_argument(
        "digit",
        metavar="DIGIT",
        type=_digit,
        nargs="?",
        help="0 to 9; if left out, the seed decides",
    )
    command.add_argument(
        "--seed", metavar="S", type=_seed, default=0, help="another number, another picture (0)"
    )


def _count(text: str) -> int:
    return _whole(text, least=1)


def _seed(text: str) -> int:
    return _whole(text, least=0)


def _whole(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, {least} or more")
    return int(text)


def _digit(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a digit from 0 to 9")
    return int(text)


def _temperature(text: str) -> float:
    try:
        temperature = float(text)
    except ValueError:
        temperature = 0.0
    if not 0 < temperature < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return temperature


def hint(project: Project, name: str, number: int) -> int:
    """Show one hint for an exercise, and how to get the next."""
    for index, exercise in enumerate(_exercises_named(project.catalogue, name)):
        if index:
            print()
        print_hint(project, exercise, number)
    return DONE


def print_hint(project: Project, exercise: Exercise, number: int) -> None:
    """Print one hint, and how to get the next.

    Raises
    ------
    UsageError
        If there is no hint of that number.
    """
    import textwrap

    if not 1 <= number <= len(exercise.hints):
        raise UsageError(f"{exercise.name} has hints 1 to {len(exercise.hints)}, not {number}")
    n_hints = len(exercise.hints)
    print(", ".join(filter(None, [f"{exercise.title} ({exercise.name})", project.place(exercise)])))
    print()
    print(f"Hint {number} of {n_hints}:")
    for line in exercise.hints[number - 1].strip().splitlines():
        print(textwrap.fill(line, 78, initial_indent="  ", subsequent_indent="  "))
    if number < n_hints:
        print()
        print(f"Still stuck? {project.hint_command(exercise, number + 1)}")


def list_exercises(project: Project, week_name: str | None) -> int:
    """List the exercises of a week, or of all weeks."""
    weeks = project.catalogue.weeks
    if week_name is not None:
        chosen = project.catalogue.week(week_name)
        if chosen is None:
            known = [week.name for week in weeks]
            raise UsageError(f"no week named {week_name!r}; there are {', '.join(known)}")
        weeks = (chosen,)
    for index, week in enumerate(weeks):
        if index:
            print()
        _print_week(week)
    return DONE


def _print_week(week: Week) -> None:
    print(f"{week.name}: {week.title}, {week.max_score:g} points")
    for module in week.modules:
        print(f"\n  {week.name}/{module.name}.py: {module.title}")
        for exercise in module.exercises:
            stars = "*" * exercise.difficulty
            bonus = ", bonus" if exercise.is_stretch else ""
            print(f"    {exercise.name:<34} {stars:<6} {exercise.points:>3g}{bonus}")


def _exercises_named(catalogue: Catalogue, name: str) -> tuple[Exercise, ...]:
    found = catalogue.exercises_named(name)
    if not found:
        names = [exercise.name for exercise in catalogue.exercises]
        similar = difflib.get_close_matches(name, names, n=1)
        meant = f"did you mean {similar[0]!r}?" if similar else "see them all: kata list"
        raise UsageError(f"no exercise named {name!r}: {meant}")
    return found


def _show_all_signs() -> None:
    """Show a `?` for a sign that an old console lacks, where Python would end in an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
