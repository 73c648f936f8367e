# attack: an exception whose text, type and traceback are traps
# from: BaseException whose __str__ raises
# neuron: failed
# others: passed
class Trap(BaseException):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__

    @property
    def __traceback__(self):
        raise SystemExit


Trap.__name__ = "Trap" * 100_000


def neuron(x, w, b):
    raise Trap
