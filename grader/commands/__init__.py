"""The commands of `python -m grader`: each module adds the parsers of its own, and runs them."""
