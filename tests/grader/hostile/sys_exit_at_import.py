# attack: sys.exit(0) at import
# from: X3
# neuron: unreadable
# others: unreadable
sys.exit(0)
