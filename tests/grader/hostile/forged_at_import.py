# attack: replies sent before anything was asked
# from: forged frames at import
# neuron: unreadable
# others: unreadable
for guess in (0, "", "0" * 16, None):
    send({"d": [["id", guess], ["loaded", True], ["ok", {"f": "0x0p+0"}], ["status", "passed"]]})
