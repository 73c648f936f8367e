# attack: a whole number too large to be read
# from: X24
# neuron: failed, timeout
# others: passed
def neuron(x, w, b):
    return 10**100_000
