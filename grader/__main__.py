"""`python -m grader`."""

import os
import sys
from pathlib import Path

# Python looks for modules in the working directory first: a `numpy.py` or `exercises.py` that lies
# there, handed in by a learner perhaps, must not be imported. Where this package is not installed,
# its own folder is that directory, so that goes to the end instead. Worker processes do the same.
HOME = str(Path(__file__).resolve().parents[1])
sys.path[:] = [path for path in sys.path if path and path not in (os.getcwd(), HOME)] + [HOME]
os.environ["PYTHONSAFEPATH"] = "1"
# Worker processes share the cores, each with one thread, as the sandbox's children have: so what we
# compute beside a learner's answer is rounded as that is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if __name__ == "__main__":
    from grader.cli import main

    sys.exit(main())
