# attack: die by a signal that has no name
# from: Signals lookup
# neuron: crashed
# others: passed
def neuron(x, w, b):
    signal.raise_signal(40)
