# attack: say at import that the sandbox failed
# from: sandbox claims
# neuron: unreadable
# others: unreadable
send({"sandbox": "SandboxError: broken"})
