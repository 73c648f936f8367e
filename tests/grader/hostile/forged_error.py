# attack: exceptions of forbidden kinds, with impossible frames
# from: forged frames
# neuron: failed
# others: passed
def neuron(x, w, b):
    kinds = ["SandboxError", "SystemExit", "KeyboardInterrupt", "__import__", "print", "Exception"]
    frames = [{"l": ["week1/vectors.py", 10**20, "f", "t"]}, {"l": ["week1/vectors.py", -3, "", ""]}, 3]
    frames.append({"l": [f"week1/{x[0]!r}", 1, f"{x[0]!r}", f"{x[0]!r}"]})
    error = [["kinds", {"l": kinds * 1000}], ["name", {"f": "0x0p+0"}], ["text", "x" * 100_000]]
    send({"d": [["id", nonce()], ["error", {"d": [*error, ["frames", {"l": frames}]]}]]})
