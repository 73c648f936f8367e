# attack: a reply of 100 MB
# from: 100 MB array
# neuron: failed
# others: passed
def neuron(x, w, b):
    return np.zeros(13_000_000)
