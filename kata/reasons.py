"""What is said of an answer to a quiz, in a learner copy: each reason locked by its answer.

Honestly: with four choices one can try them out, and this file says how. It only keeps an answer
from being read by accident, in an editor, a search or a diff. What is not known without trying is
which choice is right, and why another one is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from exercises.quizzes import Asked, Said
from kata.seal import locked, opened_by

# Some milliseconds for each try. `hashlib.pbkdf2_hmac` would do the same; it needs OpenSSL, which
# Python in a browser lacks.
ROUNDS = 4000
RIGHT, WRONG = "+", "-"


def lock_reasons(asked: Asked, reasons: Mapping[str, Said]) -> str:
    """Return reasons, each locked by the part of an answer that it belongs to."""
    return locked(
        {
            _key(asked, part): (RIGHT if said.is_right else WRONG) + said.why
            for part, said in reasons.items()
        }
    )


def reason_for(asked: Asked, part: str) -> Said | None:
    """Return what is said of a part of an answer, None if there is nothing."""
    found = opened_by(_key(asked, part), asked.seals)
    return None if found is None else Said(found[0] == RIGHT, found[1:])


def _key(asked: Asked, part: str) -> bytes:
    salt = f"{asked.week}/{asked.quiz}/{asked.name}".encode()
    digest = part.encode()
    for _ in range(ROUNDS):
        digest = hashlib.sha256(salt + digest).digest()
    return digest
