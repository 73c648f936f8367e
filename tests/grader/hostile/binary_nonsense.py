# attack: frames of nonsense
# from: malformed frames
# neuron: failed, crashed
# others: passed
calls = 0


def array(form):
    return b"\xc7" + bytes([len(form), 2]) + form


def neuron(x, w, b):
    global calls
    calls += 1
    frame = [
        struct.pack("<II", 16, 0) + bytes(8),
        struct.pack("<II", 0, 0) + bytes(8),
        framed(b"\xff" * 12),
        framed(array(b"\x92\xa3<O8\x01"), bytes(30)),
        framed(array(b"\x92\xa3<f8\xcf" + struct.pack(">Q", 1152921504606))),
    ][calls % 5]
    os.write(3, frame)
    time.sleep(10_000)
