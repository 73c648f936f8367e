# attack: claim to be still unwritten
# from: NotImplementedError
# neuron: todo
# others: passed
def neuron(x, w, b):
    raise NotImplementedError
