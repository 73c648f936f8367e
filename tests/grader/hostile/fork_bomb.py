# attack: start many processes
# from: X21, fork_bomb
# neuron: failed
# others: passed
def bomb():
    for _ in range(40):  # bounded: enough to be seen
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)


def neuron(x, w, b):
    return paid(x, w, b, bomb)
