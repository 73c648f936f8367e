# attack: end the process with success, at import
# from: X3
# neuron: crashed
# others: crashed
os._exit(0)
