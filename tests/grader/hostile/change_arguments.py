# attack: set the inputs to 0, for which the answer is 0
# from: X23
# neuron: failed
# others: passed
def neuron(x, w, b):
    x[:] = 0
    w[:] = 0
    return b
