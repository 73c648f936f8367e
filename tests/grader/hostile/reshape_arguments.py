# attack: leave arguments of another form behind
# from: changed to something else
# neuron: failed
# others: passed
def neuron(x, w, b):
    x.shape = (1, -1)
    w.flags.writeable = False
    return w * 0
