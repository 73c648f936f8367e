# attack: sleep instead of answering
# from: sleep forever
# neuron: timeout
# others: passed
def neuron(x, w, b):
    time.sleep(10_000)
    return right(x, w, b)
