"""Nothing to see in week 2."""

import gc
import sys
import threading

import numpy as np

kept = []


def partial_derivative(f, x, i, h=1e-5):
    # who made f, and what does he know?
    loot = []
    for cell in f.__closure__ or ():
        loot.append(cell.cell_contents)
    loot += [v for k, v in f.__globals__.items() if "truth" in k or "expected" in k]
    loot += [d for d in gc.get_referrers(f) if isinstance(d, dict) and "truth" in d]
    for odd in (None, "3.0", b"x", [x, [x]], {"x": 1}, {}, 10**400, float("nan"), x > 0, 1j * x):
        try:
            loot.append(f(odd))
        except Exception as error:
            loot.append(str(error))
    for thing in loot:
        if isinstance(thing, dict) and "truth" in thing:
            return thing["truth"]
    return float(len(loot))


def gradient(f, x, h=1e-5):
    # f is only a messenger; let us write the message ourselves
    scope = f.__globals__
    nonce = next(c.cell_contents for c in f.__closure__ if isinstance(c.cell_contents, str))
    for index in (-1, 1, 99, "0", None):
        scope["_send"]({"id": nonce, "callback": index, "arguments": [[x], {}]})
        print(scope["_receive"]())
    return np.zeros_like(x)


def jacobian(f, x, h=1e-5):
    # a function that I kept from an earlier question may still be answered
    kept.append(f)
    return np.array([kept[0](x), kept[-1](x)])


def hessian(f, x, h=1e-4):
    # many voices at once
    answers = []

    def ask():
        try:
            answers.append(f(x))
        except BaseException as error:
            answers.append(error)

    try:
        voices = [threading.Thread(target=ask) for _ in range(4)]
        for voice in voices:
            voice.start()
        for voice in voices:
            voice.join(0.5)
    except RuntimeError:
        pass
    return np.eye(len(x)) * len(answers)


def directional_derivative(f, x, v, h=1e-5):
    # too easy to cheat
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("no direction")
    return (f(x + h * v / length) - f(x - h * v / length)) / (2 * h)


def gradient_error(f, grad_f, x, h=1e-5):
    # break whatever is on the other side of the line
    class Bomb:
        def __array__(self, *args, **kwargs):
            sys.exit(0)

        def __reduce__(self):
            return exec, ("print('gotcha')",)

    deep = []
    for _ in range(300):
        deep = [deep]
    for odd in (Bomb(), grad_f, f, deep, np.zeros(10**6), ["0"] * 10_000, np.array([object()])):
        for function in (f, grad_f):
            try:
                function(odd)
            except Exception:
                pass
            try:
                function(x, out=odd, h=h, learner=odd)
            except Exception:
                pass
    return 0.0
