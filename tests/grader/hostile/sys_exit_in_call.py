# attack: sys.exit(0) in a call, and an atexit hook
# from: X3, atexit hook
# neuron: failed
# others: passed
import atexit

atexit.register(lambda: print("1 passed"))


def neuron(x, w, b):
    sys.exit(0)
