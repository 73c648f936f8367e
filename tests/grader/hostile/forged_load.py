# attack: say that all is loaded, then answer every call oneself, with nonsense
# from: forged frames with the true nonce
# neuron: failed, crashed
# others: failed, crashed
def serve():
    send({"loaded": True, "missing": []})
    while True:
        os.read(3, 1 << 20)
        send({"ok": 0.0}, b"anything")


serve()
