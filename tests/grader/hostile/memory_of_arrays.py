# attack: fill the memory with arrays
# from: X21, mem_bomb_numpy
# neuron: failed, crashed, timeout
# others: passed
def neuron(x, w, b):
    hoard = [np.ones((1 << 24,)) for _ in range(12)]  # bounded: 1.5 GiB
    return right(x, w, b) if len(hoard) == 12 else None
