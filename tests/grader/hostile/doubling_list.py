# attack: a small list that is large when written out
# from: billion laughs
# neuron: failed, crashed, timeout
# others: passed
def neuron(x, w, b):
    item = [1.5] * 100
    for _ in range(12):
        item = [item] * 100
    return item
