"""What `nbgrader` does in the course folder that this file, as `nbgrader_config.py`, lies in."""

import os
import sys

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.CourseDirectory.course_id = "math_for_ai"
# nbgrader goes on when this file fails, and learners' code must not run in a kernel beside the
# gradebook then: so this stands, and ends every autograding, until the last line has done its work.
c.Autograde.sanitize_preprocessors = ["the_katas_are_not_installed_here.see_the_error_above"]
_path, sys.path = sys.path, [p for p in sys.path if p not in ("", os.getcwd())]
try:
    from grader.nbgrader.configure import configure
finally:
    sys.path = _path
configure(c)
