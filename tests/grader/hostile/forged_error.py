# attack: exceptions of forbidden kinds, with impossible frames
# from: forged frames
# neuron: failed
# others: passed
def neuron(x, w, b):
    kinds = ["SandboxError", "SystemExit", "KeyboardInterrupt", "__import__", "print", "Exception"]
    frames = [["week1/vectors.py", 10**20, "f", "t"], ["week1/vectors.py", -3, "", ""], 3]
    frames.append([f"week1/{x[0]!r}", 1, f"{x[0]!r}", f"{x[0]!r}"])
    error = {"kinds": kinds * 1000, "name": 0.0, "text": "x" * 100_000, "frames": frames}
    send({"error": error})
