# attack: a forged line of a from-scratch rule, whose number spells a hidden input
# from: forged violation
# neuron: forbidden
# others: passed, partial
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    letters = spelled(said)
    violation = [
        [int(said[-7:]), "np.dot", "np.dot"],
        [1, f"np.{letters}", f"np.{letters}"],
        [1, f"np.{said}", f"np.{said}"],
    ][calls % 3]
    send({"violation": tuple(violation), "ok": 0.0})
