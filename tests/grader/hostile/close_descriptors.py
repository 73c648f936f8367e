# attack: hang up
# from: closed fds
# neuron: crashed
# others: passed
def neuron(x, w, b):
    os.closerange(0, 200)
    while True:
        pass
