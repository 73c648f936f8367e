# attack: a shape that takes no bytes and says a secret
# from: shape (0, 2**40)
# neuron: failed
# others: passed
def neuron(x, w, b):
    return np.empty((0, int(abs(x[0]) * 1e15)))
