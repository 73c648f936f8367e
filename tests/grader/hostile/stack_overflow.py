# attack: recursion without end, in Python and in C
# from: stack overflow
# neuron: crashed, failed, timeout
# others: passed
def neuron(x, w, b):
    sys.setrecursionlimit(10**9)
    deep = []
    for _ in range(10**6):
        deep = [deep]
    return repr(deep)
