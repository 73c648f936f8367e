"""Run `kata` as `python -m kata`, where scripts are not on the path."""

import sys

from kata.cli import main

if __name__ == "__main__":
    sys.exit(main())
