# attack: end at import as a child ends that could not be confined
# from: forged sandbox failure
# neuron: crashed
# others: crashed
os._exit(99)
