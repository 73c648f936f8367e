import numpy as np


def partial_derivative(f, x, i, h=1e-5):
    """Slope."""
    e = np.zeros((len(x), 1))
    e[i] = h
    # column vectors, as in the lecture
    x = x.reshape(-1, 1)
    return (f(x + e) - f(x - e)) / (2 * h)


def gradient(f, x, h=1e-5):
    """Slopes."""
    g = []
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        g.append((f(x + e) - f(x - e)) / (2 * h))
    return g


def jacobian(f, x, h=1e-5):
    """Jacobian."""
    columns = []
    for e in np.eye(len(x)) * h:
        columns.append((f(x + e) - f(x - e)) / (2 * h))
    return np.column_stack(columns).squeeze()


def hessian(f, x, h=1e-4):
    """Hessian."""
    n = len(x)
    H = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            a = np.zeros(n)
            b = np.zeros(n)
            a[i] = h
            b[j] = h
            H[i, j] = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            H[i, j] = H[i, j] / (4 * h**2)
    return np.maximum(H, H.T)


def directional_derivative(f, x, v, h=1e-5):
    """Directional."""
    n = np.linalg.norm(v)
    if n == 0:
        return ValueError("v is zero")
    u = (v / n).tolist()
    up = [a + h * b for a, b in zip(x, u)]
    down = [a - h * b for a, b in zip(x, u)]
    return (f(up) - f(down)) / (2 * h)


def gradient_error(f, grad_f, x, h=1e-5):
    """Error."""
    a = np.array(grad_f(x))
    n = np.array(gradient(f, x, h))
    error = np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8)
    return np.sort(error)[-1:]
