# attack: nan and infinities, which compare as nothing
# from: X24, NaN
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    return [np.nan, np.inf, -np.inf, complex(np.nan, 0), np.float16(np.nan)][calls % 5]
