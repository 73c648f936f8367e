# attack: two replies to one question
# from: left over frames
# neuron: failed, crashed
# others: passed
def neuron(x, w, b):
    for value in ("0x0p+0", "0x1p+0", "0x1p+1"):
        send({"d": [["id", nonce()], ["ok", {"f": value}]]})
    return right(x, w, b) + 1
