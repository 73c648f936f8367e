# attack: a whole number that holds the interpreter for ever
# from: 10^8-digit power
# neuron: timeout, failed
# others: passed
def neuron(x, w, b):
    return 7 ** (10**9)
