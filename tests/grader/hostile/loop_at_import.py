# attack: never finish importing
# from: infinite loop at import
# neuron: timeout
# others: timeout
while True:
    pass
