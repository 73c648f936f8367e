# attack: replies sent before anything was asked
# from: forged frames at import
# neuron: unreadable
# others: unreadable
for guess in (bytes(8), b"0" * 8, b"question", token()[::-1]):
    send({"loaded": True, "ok": 0.0, "status": "passed"}, guess)
