"""Grades in the formats that others read, one file for each."""

NAMES = ("canvas", "moodle", "gradescope", "github-classroom", "junit", "csv")
