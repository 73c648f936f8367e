"""Definitions are found by their lines, in whatever a learner wrote."""

from __future__ import annotations

import ast

import pytest

from exercises.verdict import last_definition
from grader.course import Course
from grader.reports.excerpt import definition_in


def without_docstring(node):
    """Return a definition without the first statement of its body."""
    node.body = node.body[1:]
    return node


DOUBLE = "def double(x):\n    return 2 * x"


class TestDefinitionIn:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", ""),
            ("import numpy as np\n\n\n", "\n\n\ndef other():\n    pass\n"),
            ("def double(x):\n    return x\n\n\n", "\nX = 1\n"),
            ('TEXT = """\ndef double(x): no\n"""\n', "\n# double\n"),
            ("# def double(x): no\nX = '(['\n", "\n\nif X:\n    pass"),
            ("X = (1,\n2)\n", "\nclass double_entry:\n    pass"),
            ("def double_entry(x): no\n", "\n'''\ndef double(x): no\n'''"),
        ],
    )
    def test_between_others(self, before, after):
        assert definition_in(before + DOUBLE + after, "double").splitlines()[:2] == (
            DOUBLE.splitlines()
        )
        assert "other" not in definition_in(before + DOUBLE + after, "double")
        assert "X = 1" not in definition_in(before + DOUBLE + after, "double")

    def test_has_its_decorators_and_not_its_docstring(self):
        text = (
            "X = 1\n@a\n@b(\n2)\ndef double(\nx,  # one\n):\n"
            '    r"""Return twice x.\n\nTwo: "2".\n    """\n    y = """kept"""\n    return y\n'
        )
        assert definition_in(text, "double") == (
            '@a\n@b(\n2)\ndef double(\nx,  # one\n):\n    y = """kept"""\n    return y'
        )

    def test_a_class(self):
        text = (
            "class Value:\n    '''A value.'''\n\n    def __add__(self, other):\n        return 1\n"
        )
        assert definition_in(text, "Value") == (
            "class Value:\n\n    def __add__(self, other):\n        return 1"
        )

    def test_of_each_reference(self):
        course = Course()
        for week in course.catalogue.weeks:
            for module in week.modules:
                text = course.read(course.layout.reference(module))
                for exercise in module.exercises:
                    found = definition_in(text, exercise.object_name)
                    wanted = last_definition(ast.parse(text), exercise.object_name)
                    assert ast.get_docstring(ast.parse(found).body[0]) is None
                    assert ast.dump(ast.parse(found).body[0]) == ast.dump(without_docstring(wanted))

    @pytest.mark.parametrize(
        "code",
        [
            'def double(x):\n    table = {x:\n    """two"""}\n    return table',
            'def double(\nx=f(g(h(i())))):\n    """Return twice x."""\n    return x',
            'def double(x): return {x:\n    """two"""\n    }',
        ],
    )
    def test_what_may_be_no_docstring_stays(self, code):
        assert definition_in(code, "double") == code

    @pytest.mark.parametrize(
        "text", ["", "double = 1", "(" * 100_000, '"' * 100_001, "\\" * 100_000, "'\\\n" * 50_000]
    )
    def test_there_is_none(self, text):
        assert definition_in(text, "double") == ""
