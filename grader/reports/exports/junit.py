"""JUnit XML, as continuous-integration servers read it: a suite per learner and week.

It is what pytest writes as `xunit2`, whose schema is Jenkins's `junit-10.xsd`: a test case has no
properties, so points are properties of the suite. It is written with the standard library: ten
lines of elements need no package, and those that there are escape no more than it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from grader.printing import UNPRINTABLE
from grader.reports.exports.exported import Exported
from grader.results import ExerciseResult, Result, TestResult

# What XML 1.0 has no way to write, escaped or not (section 2.2, production Char).
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_to_junit(results: Sequence[Result]) -> Exported:
    """Return one document with all results."""
    suites = [_suite(result) for result in results]
    root = ElementTree.Element("testsuites", name="grades")
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root, " ")
    return Exported(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _suite(result: Result) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_legal(f"{result.learner} {result.week}"))
    properties = ElementTree.SubElement(suite, "properties")
    _property(properties, "score", result.score)
    _property(properties, "max_score", result.max_score)
    for exercise in result.exercises:
        _property(properties, f"{exercise.exercise}.score", exercise.score)
        _property(properties, f"{exercise.exercise}.points", exercise.points)
        for test in exercise.tests or (_whole(exercise),):
            suite.append(_case(result, exercise, test))
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", f"{sum(exercise.seconds for exercise in result.exercises):.3f}")
    return suite


def _whole(exercise: ExerciseResult) -> TestResult:
    """Stand for the tests of an exercise that has none, so that it is not lost."""
    status = "passed" if exercise.status == "passed" else "failed"
    return TestResult(exercise.exercise, "", status, exercise.why)


def _case(result: Result, exercise: ExerciseResult, test: TestResult) -> ElementTree.Element:
    name = f"{result.learner}.{result.week}.{exercise.exercise}"
    case = ElementTree.Element("testcase", classname=_legal(name), name=_legal(test.name))
    if test.status == "void":
        ElementTree.SubElement(case, "skipped", message=_legal(test.why))
    elif test.status != "passed":
        failure = ElementTree.SubElement(
            case, "failure", type=_legal(exercise.status), message=_legal(test.why)
        )
        failure.text = _legal(test.says)
    return case


def _property(properties: ElementTree.Element, name: str, value: float) -> None:
    ElementTree.SubElement(properties, "property", name=_legal(name), value=f"{value:.10g}")


def _legal(text: str) -> str:
    return ILLEGAL.sub(UNPRINTABLE, text)
