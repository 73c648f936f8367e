# attack: fill the memory with lists
# from: mem_bomb_list
# neuron: failed, crashed, timeout
# others: passed
def neuron(x, w, b):
    hoard = []
    for _ in range(40):  # bounded: 2 GiB
        hoard.append(bytearray(b"x") * (50 << 20))
    return right(x, w, b)
