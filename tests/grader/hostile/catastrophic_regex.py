# attack: a regular expression that holds the interpreter for ever
# from: catastrophic regex
# neuron: timeout
# others: passed
import re


def neuron(x, w, b):
    re.match(r"(a+)+$", "a" * 60 + "b")
