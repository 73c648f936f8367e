"""What `nbgrader` does in the course folder that this file, as `nbgrader_config.py`, lies in."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.CourseDirectory.course_id = "math_for_ai"
