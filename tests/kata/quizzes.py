"""A quiz of toys, whose answers every test knows."""

from fractions import Fraction
from pathlib import Path

from exercises.quizzes import Asked

NUMBER, SEVERAL = "number", "several"
SOURCE = """
title = "Quiz of toys"

[size]
module = "MODULE"
title = "Which size"
kind = "choice"
text = "How large?"
choices = [
    { text = "Small.", because = "It is larger than that." },
    { text = "Large.", right = true, because = "So it is." },
    { text = "Huge.", because = "It is smaller than that." },
]

[colours]
module = "MODULE"
title = "Which colours"
kind = "several"
points = 2
text = "Which?"
choices = [
    { text = "Red.", right = true, because = "It is red." },
    { text = "Blue.", because = "There is no blue." },
    { text = "Green.", right = true, because = "It is green." },
]

[half]
module = "MODULE"
title = "A half"
kind = "predict"
text = "What is a half of 1?"
compute = "divide."
answer = 0.5
tolerance = 0.05
because = "Twice that is 1."
otherwise = "Twice that is not 1."
mistakes = [{ answer = 2, because = "That is twice." }]

[uses]
module = "MODULE"
title = "What a line does"
kind = "set"
text = '''
This line:

    y = x + x'''

[uses.because]
EXERCISE = "It doubles."
"""


def source(module: str, exercise: str) -> str:
    """Return the source of the quiz, about a module and one of its exercises."""
    return SOURCE.replace("MODULE", module).replace("EXERCISE", exercise)


def write_source(root: Path, module: str, exercise: str) -> None:
    """Put the source where a course has it."""
    path = root / "solutions" / "week1" / "quiz.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source(module, exercise), encoding="utf-8")


def asked(kind: str) -> Asked:
    """Return a question of a kind: four choices, or a number in cells of 0.1 from 0.05 on."""
    return Asked(
        name="one",
        week="week1",
        quiz="quiz",
        module="toys",
        kind=kind,
        title="One",
        points=1,
        text="?",
        choices=("a", "b", "c", "d") if kind in ("choice", SEVERAL) else (),
        start=Fraction(1, 20),
        step=Fraction(1, 10),
    )
