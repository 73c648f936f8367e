# attack: import grader, tests, pytest or the learner's tool
# from: X4, X12
# neuron: failed
# others: passed
import importlib

NAMES = ("grader", "grader.course", "kata", "kata.comparisons", "pytest", "solutions", "tests", "rich")
NAMES += ("exercises", "conftest", "sitecustomize", "usercustomize", "pip", "setuptools")


def neuron(x, w, b):
    return paid(x, w, b, *[lambda n=n: importlib.import_module(n) for n in NAMES])
