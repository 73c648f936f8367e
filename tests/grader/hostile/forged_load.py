# attack: say that all is loaded, then answer every call oneself, with nonsense
# from: forged frames with the true nonce
# neuron: failed, crashed
# others: failed, crashed
def serve():
    send({"d": [["id", nonce()], ["loaded", True], ["missing", {"l": []}]]})
    while True:
        os.read(3, 1 << 20)
        send({"d": [["id", "?"], ["ok", {"f": "0x0p+0"}]]})


serve()
