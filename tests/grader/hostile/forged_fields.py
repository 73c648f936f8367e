# attack: fields of a reply that are of the wrong kind, or carry out a hidden input
# from: forged violation, arguments, warnings
# neuron: failed, forbidden
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    extra = [
        {"arguments": [[], {}]},
        {"arguments": "nothing"},
        {"warnings": [f"divide by zero encountered {x[0]!r}"] * 1000},
        {"unsendable": f"a value of type {x[0]!r}\x1b[2J"},
        {"violation": (3, f"{x[0]!r}\x1b[31m", "<script>")},
    ][calls % 5]
    send({**extra, "ok": 0.0})
