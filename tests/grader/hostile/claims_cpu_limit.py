# attack: die as one who used up the processor time
# from: SIGXCPU
# neuron: crashed
# others: passed
def neuron(x, w, b):
    signal.raise_signal(signal.SIGXCPU)
