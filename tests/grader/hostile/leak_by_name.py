# attack: names that Python repeats when they are not there: of keys, attributes, modules
# from: exception texts
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    letters = spelled(said)
    if calls % 6 == 0:
        return {}[said]
    if calls % 6 == 1:
        return {}[letters]
    if calls % 6 == 2:
        return getattr(np, letters)
    if calls % 6 == 3:
        return getattr(3, letters)
    if calls % 6 == 4:
        __import__(letters)
    return eval(letters)
