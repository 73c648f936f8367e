"""`pytest week1` with everything solved, against a bare `python -c "import numpy, pytest"`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import median, run

from grader.authoring.release import release

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # learners keep what was compiled
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        release(copy)
        for path in (ROOT / "solutions").glob("week*/*.py"):
            shutil.copy(path, copy / path.parent.name)
        weeks = sorted(path.name for path in copy.glob("week*"))
        command = [sys.executable, "-m", "pytest"]
        bare, solved = [], {week: [] for week in weeks}
        for _ in range(7):
            bare.append(run([sys.executable, "-c", "import numpy, pytest"], str(copy)).wall_s)
            for week in weeks:
                solved[week].append(run([*command, week], str(copy)).wall_s)
        print(f"import numpy, pytest     {median(bare):.2f} s")
        for week, seconds in solved.items():
            ratio = median(seconds) / median(bare)
            print(f"pytest {week}, solved    {median(seconds):.2f} s   x {ratio:.1f}")


if __name__ == "__main__":
    main()
