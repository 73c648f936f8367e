# attack: print without end
# from: X21, huge_stdout
# neuron: failed
# others: passed
def neuron(x, w, b):
    for _ in range(2000):
        print("A" * 10_000)
        print("B" * 10_000, file=sys.stderr)
    return None
