# attack: raise what would end the grader or skip a test
# from: X4, KeyboardInterrupt
# neuron: failed
# others: passed
class Skipped(BaseException):
    pass


Skipped.__module__ = "_pytest.outcomes"
KINDS = [KeyboardInterrupt, GeneratorExit, StopIteration, SystemExit, Skipped, StopAsyncIteration]
KINDS += [AssertionError, MemoryError, RecursionError, TimeoutError, EOFError, OSError]
KINDS += [lambda: ExceptionGroup("x", [ValueError()]), lambda: UnicodeDecodeError("x", b"", 0, 0, "")]
KINDS += [lambda: BaseExceptionGroup("x", [KeyboardInterrupt()]), SystemError, DeprecationWarning]
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    raise KINDS[calls % len(KINDS)]()
