# attack: send a frame one byte at a time, for ever
# from: slow answer
# neuron: timeout
# others: passed
def neuron(x, w, b):
    os.write(3, struct.pack("<II8s", 1 << 22, 1 << 20, token()))
    while True:
        os.write(3, b"{")
        time.sleep(0.1)
