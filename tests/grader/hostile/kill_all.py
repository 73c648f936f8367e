# attack: send SIGKILL to everyone
# from: kill_minus1
# neuron: failed
# others: passed
def neuron(x, w, b):
    return paid(x, w, b, lambda: os.kill(-1, signal.SIGKILL))
