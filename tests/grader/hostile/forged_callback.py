# attack: call a function that was never given
# from: forged callback
# neuron: failed
# others: passed
def neuron(x, w, b):
    send({"callback": 0, "arguments": [[], {}]})
