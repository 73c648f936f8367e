# attack: end as a child ends that could not be confined
# from: forged sandbox failure
# neuron: crashed
# others: passed
def neuron(x, w, b):
    os._exit(99)
