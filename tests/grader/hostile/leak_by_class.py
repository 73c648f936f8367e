# attack: names of classes, in a type error, of an exception and of a result
# from: type names
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    letters = spelled(said)
    made = type(letters, (), {})
    if calls % 4 == 0:
        return made() + 1
    if calls % 4 == 1:
        return made()
    if calls % 4 == 2:
        return made().x
    list(map(made, [said]))
