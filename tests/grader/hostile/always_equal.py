# attack: an object that is equal to everything
# from: X1
# neuron: failed
# others: passed
class Always:
    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __array_priority__ = 1e9

    def __array__(self, *args, **kwargs):
        return np.zeros(())


def neuron(x, w, b):
    return Always()
