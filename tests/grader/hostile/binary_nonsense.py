# attack: frames of nonsense
# from: malformed frames
# neuron: failed, crashed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    frame = [
        struct.pack("<II", 8, 0),
        struct.pack("<II", 0, 0),
        struct.pack("<II", 20, 8) + b"\xff" * 12,
        struct.pack("<II", 50, 12) + b'{"a":["<O8"]' + bytes(30),
        struct.pack("<II", 35, 27) + b'{"a":["<f8",[1152921504606]]}'[:27],
    ][calls % 5]
    os.write(3, frame)
    time.sleep(10_000)
