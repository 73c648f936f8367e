# attack: shapes and indices that spell a hidden input, in exceptions and in results
# from: sizes
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    digits = "".join(filter(str.isdigit, said))
    number = int(digits[1:7])
    sides = ",".join(digits[1:7])
    if calls % 8 == 0:
        forged = f"operands could not be broadcast together with shapes ({number},) (4,) "
        (_ for _ in ()).throw(ValueError(forged))
    if calls % 8 == 1:
        forged = f"operands could not be broadcast together with shapes ({sides}) (4,) "
        (_ for _ in ()).throw(ValueError(forged))
    if calls % 8 == 2:
        return np.zeros(number, dtype=np.int8) + np.zeros(7, dtype=np.int8)
    if calls % 8 == 3:
        return np.zeros((number, 0)) @ np.zeros((7, 2))
    if calls % 8 == 4:
        return np.zeros(number)[number]
    if calls % 8 == 5:
        return np.zeros((0, number))
    if calls % 8 == 6:
        return np.zeros([int(digit) + 1 for digit in digits[1:7]], dtype=np.int8)
    return [0.0, *[[0.0]] * (number // 10)]
