# attack: sleep while importing
# from: sleep forever
# neuron: timeout
# others: timeout
time.sleep(10_000)
