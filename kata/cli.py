"""The command `kata`: where a learner is, hints, and the learner's functions at work."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from exercises.catalogue import HERE, CatalogueError
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
        code = int(args.run(project, args))
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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="kata",
        description="Where you are, hints, and your functions at work in a model. "
        "To check your work: pytest week1",
        epilog="kata alone says where you are and what is next.",
    )
    parser.add_argument("--version", action=ShowVersion, help="show the version, and exit")
    parser.set_defaults(run=_show_place)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add(commands, "next", "show the next exercise", _show_next)
    command = _add(commands, "watch", "run on each save what it concerns", _watch)
    command.add_argument(
        "name", metavar="NAME", nargs="?", help="a week, a module or an exercise; else this week"
    )
    command.add_argument(
        "--poll", action="store_true", help="look at the files all the time: for network drives"
    )
    command.add_argument(
        "--plain", action="store_true", help="only write lines: for screen readers"
    )
    command = _add(commands, "hint", "show a hint for an exercise", _hint)
    command.add_argument(
        "exercise",
        metavar="EXERCISE",
        nargs="?",
        help="its name, such as dot; for a module or a week the next in it; else the next of all",
    )
    command.add_argument(
        "number",
        metavar="NUMBER",
        type=int,
        nargs="?",
        help="which hint: 1 (default) is a nudge, the last one nearly gives it away",
    )
    command = _add(commands, "list", "list the exercises, and what became of each", _list)
    command.add_argument("week", metavar="WEEK", nargs="?", help="such as week1; all if left out")
    command = _add(commands, "quiz", "ask the questions of a week's quiz", _quiz)
    command.add_argument(
        "name", metavar="WEEK", nargs="?", help="such as week1, or week4/reading; else this week"
    )
    command.add_argument("--again", action="store_true", help="ask what you answered wrong")
    _add(commands, "status", "show what is done of each week", _show_status)
    command = _add(commands, "lesson", "open a lesson in the browser, and print its path", _lesson)
    command.add_argument(
        "name", metavar="NAME", nargs="?", help="such as week1, vectors or dot; else this week"
    )
    command.add_argument("--print", action="store_true", help="only print its path")
    command = _add(commands, "solution", "show our solution of a solved exercise", _solution)
    command.add_argument("exercise", metavar="EXERCISE", help="its name, such as dot")
    command.add_argument(
        "--give-up", action="store_true", help="before it is solved; your progress will say so"
    )
    command = _add(commands, "reset", "bring back an exercise as it was given", _reset)
    command.add_argument(
        "name",
        metavar="EXERCISE",
        help="its name, such as dot; or vectors.py or week1 for whole files",
    )
    command = _add(commands, "open", "print where an exercise stands", _open)
    command.add_argument(
        "exercise", metavar="EXERCISE", nargs="?", help="its name, such as dot; else the next"
    )
    command.add_argument(
        "--editor", action="store_true", help="open it in $VISUAL, $EDITOR or VS Code"
    )
    _add_show(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[Project, argparse.Namespace], int],
) -> argparse.ArgumentParser:
    description = f"{what[0].upper()}{what[1:]}."
    command = commands.add_parser(name, help=what, description=description)
    command.set_defaults(run=run)
    return command


# Each command loads what it needs: `kata hint` is to be fast, and numpy takes longer than the rest.


def _show_place(project: Project, args: argparse.Namespace) -> int:
    from kata.overview import show_place

    return show_place(project)


def _show_next(project: Project, args: argparse.Namespace) -> int:
    from kata.overview import show_next

    return show_next(project)


def _show_status(project: Project, args: argparse.Namespace) -> int:
    from kata.overview import show_status

    return show_status(project)


def _watch(project: Project, args: argparse.Namespace) -> int:
    from kata.watching.watch import watch

    return watch(project, args.name, polls=args.poll, is_plain=args.plain)


def _list(project: Project, args: argparse.Namespace) -> int:
    from kata.overview import list_exercises

    return list_exercises(project, args.week)


def _hint(project: Project, args: argparse.Namespace) -> int:
    from kata.hints import hint

    return hint(project, args.exercise, args.number)


def _quiz(project: Project, args: argparse.Namespace) -> int:
    from kata.progress import Progress
    from kata.quiz import ask, quiz_named

    here = "" if args.name else Progress.load(project).week.name
    return ask(project, quiz_named(project.catalogue, args.name, here), again=args.again)


def _lesson(project: Project, args: argparse.Namespace) -> int:
    from kata.lesson import show_lesson

    return show_lesson(project, args.name, in_browser=not args.print)


def _solution(project: Project, args: argparse.Namespace) -> int:
    from kata.solution import show_solution

    return show_solution(project, args.exercise, gives_up=args.give_up)


def _reset(project: Project, args: argparse.Namespace) -> int:
    from kata.reset import reset

    return reset(project, args.name)


def _open(project: Project, args: argparse.Namespace) -> int:
    from kata.editor import open_exercise

    return open_exercise(project, args.exercise, in_editor=args.editor)


def _show(project: Project, args: argparse.Namespace) -> int:
    own = {name for options in SHOW_OPTIONS.values() for name in options}
    given = {name: value for name in own if (value := getattr(args, name)) is not None}
    options = SHOW_OPTIONS.get(args.name, PICTURE_OPTIONS)
    for name in given:
        if name not in options:
            option = "DIGIT" if name == "digit" else f"--{name.replace('_', '-')}"
            takers = " or ".join(
                f"kata show {taker or 'EXERCISE'}"
                for taker, names in SHOW_OPTIONS.items()
                if name in names
            )
            raise UsageError(f"{option} is for {takers}")
    if args.name == "nanogpt":
        from kata.shows.nanogpt import Request, show_nanogpt

        return show_nanogpt(project, Request(**given))
    if args.name == "ddpm":
        from kata.shows.ddpm import show_ddpm

        return show_ddpm(project, args.digit, args.seed or 0)
    if args.name == "training":
        from kata.shows.training import show_training

        return show_training(project, args.seed or 0)
    if args.name == "tensors":
        from kata.shows.tensors import show_tensors

        return show_tensors(project)
    from kata.shows.gallery import Way, list_pictures, show_picture

    if args.name is None:
        if given:
            raise UsageError(f"--{next(iter(given))} needs an EXERCISE: kata show lists them")
        return list_pictures(project)
    return show_picture(project, args.name, Way(args.out, bool(args.text), not args.window))


# Which options belong to what: to the small models, or to pictures.
PICTURE_OPTIONS = ("out", "text", "window")
SHOW_OPTIONS = {
    "nanogpt": ("prompt", "length", "temperature", "top_k", "seed"),
    "ddpm": ("digit", "seed"),
    "training": ("seed",),
    "tensors": (),
    "": PICTURE_OPTIONS,
}


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _add(commands, "show", "draw what your own functions give", _show)
    command.epilog = "kata show alone lists all that can be shown."
    command.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="an exercise, such as norm; a module; or nanogpt, ddpm, training, tensors",
    )
    way = command.add_mutually_exclusive_group()
    way.add_argument("--out", metavar="FILE", help="keep the picture, as FILE.svg or FILE.png")
    way.add_argument(
        "--text", action="store_true", default=None, help="print it as text; needs no matplotlib"
    )
    way.add_argument(
        "--window",
        action="store_true",
        default=None,
        help="in a window, or else as text: write no file",
    )
    model = command.add_argument_group("kata show nanogpt, a text by your week4/nanogpt.py")
    model.add_argument("--prompt", metavar="TEXT", help="the text to continue (My love)")
    model.add_argument(
        "--length", metavar="N", type=_count, help="how many characters to add (300)"
    )
    model.add_argument(
        "--temperature",
        metavar="X",
        type=_temperature,
        help="low for the most likely characters, high for surprises (0.7)",
    )
    model.add_argument(
        "--top-k", type=_count, metavar="K", help="keep only the K most likely characters"
    )
    model.add_argument(
        "--seed",
        metavar="S",
        type=_seed,
        help="another number, another text, picture or training (0)",
    )
    model = command.add_argument_group("kata show ddpm, a digit out of noise by your week4/ddpm.py")
    model.add_argument(
        "digit",
        metavar="DIGIT",
        type=_digit,
        nargs="?",
        help="0 to 9; if left out, the seed decides",
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


def _show_all_signs() -> None:
    """Show a `?` for a sign that an old console lacks, where Python would end in an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
