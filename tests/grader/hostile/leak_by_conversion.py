# attack: texts that Python and numpy repeat when they are of no use
# from: exception texts
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    letters = spelled(said)
    if calls % 5 == 0:
        return int(letters)
    if calls % 5 == 1:
        return np.dtype(letters)
    if calls % 5 == 2:
        return format(1.0, letters)
    if calls % 5 == 3:
        return np.zeros(1, dtype=[(letters, float)])
    return json.loads("{" + said)
