# attack: never answer
# from: infinite loop in a call
# neuron: timeout
# others: passed
def neuron(x, w, b):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
