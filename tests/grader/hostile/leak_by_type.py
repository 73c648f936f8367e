# attack: the name of a result's type says a hidden input
# from: X14
# neuron: failed
# others: passed
def neuron(x, w, b):
    return type(f"T{x[0]!r}", (), {})()
