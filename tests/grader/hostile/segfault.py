# attack: crash the interpreter
# from: segfault by ctypes
# neuron: crashed
# others: passed
def neuron(x, w, b):
    ctypes.string_at(0)
