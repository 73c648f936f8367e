# attack: two replies to one question
# from: left over frames
# neuron: failed, crashed
# others: passed
def neuron(x, w, b):
    for value in (0.0, 1.0, 2.0):
        send({"ok": value})
    return right(x, w, b) + 1
