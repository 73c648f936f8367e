# attack: a list nested 200,000 deep, and one that holds itself
# from: 200k-deep list
# neuron: failed, crashed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    deep = []
    if calls % 2:
        deep.append(deep)
        return deep
    for _ in range(200_000):
        deep = [deep]
    return deep
