# attack: a warning that says a hidden input
# from: X14
# neuron: failed
# others: passed
import warnings


def neuron(x, w, b):
    warnings.warn(f"divide by zero encountered in {x[0]!r}", RuntimeWarning, stacklevel=1)
    warnings.showwarning = print
    return np.float64(1.0) / np.float64(0.0)
