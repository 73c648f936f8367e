# attack: call a function that was never given
# from: forged callback
# neuron: failed
# others: passed
def neuron(x, w, b):
    send({"d": [["id", nonce()], ["callback", 0], ["arguments", {"l": [{"l": []}, {"d": []}]}]]})
