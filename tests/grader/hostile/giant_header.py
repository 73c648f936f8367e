# attack: a frame that says it is 4 GB long
# from: 4 GB frame header
# neuron: failed
# others: passed
def neuron(x, w, b):
    os.write(3, struct.pack("<II8s", 2**32 - 1, 2**32 - 1, token()))
    while True:
        pass
