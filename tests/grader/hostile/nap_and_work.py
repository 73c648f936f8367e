# attack: work a little between naps, so that it never seems to wait
# from: call_wall_s
# neuron: timeout
# others: passed
def neuron(x, w, b):
    while True:
        end = time.perf_counter() + 0.02
        while time.perf_counter() < end:
            pass
        time.sleep(0.3)
