# attack: ignore and block every signal, then loop
# from: all signals ignored, pthread_sigmask
# neuron: timeout
# others: passed
def neuron(x, w, b):
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
