# attack: say that the sandbox failed, so that it is not one's own fault
# from: sandbox claims
# neuron: failed, crashed
# others: passed
def neuron(x, w, b):
    send({"sandbox": "SandboxError: broken", "error": "SandboxError"})
