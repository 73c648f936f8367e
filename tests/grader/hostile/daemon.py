# attack: leave a process behind that outlives the submission
# from: X11, double-fork daemon
# neuron: failed
# others: passed
def leave_behind():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


def neuron(x, w, b):
    return paid(x, w, b, leave_behind)
