# attack: stop its own process, so that it can't be waited for
# from: SIGSTOP
# neuron: timeout
# others: passed
def neuron(x, w, b):
    signal.raise_signal(signal.SIGSTOP)
    return None
