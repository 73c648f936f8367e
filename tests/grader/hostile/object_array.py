# attack: an object array whose items run code when they are unpickled
# from: X16, __reduce__
# neuron: failed
# others: passed
class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/kata-hostile-marker",)


def neuron(x, w, b):
    return np.array([Bomb(), Bomb()], dtype=object)
