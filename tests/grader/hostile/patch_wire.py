# attack: rewrite replies on their way out
# from: background rewrite, monkeypatched wire
# neuron: failed, crashed
# others: passed, partial
import child
import wire

dumps = wire.dumps


def forge(value, *args):
    if isinstance(value, dict) and "error" in value:
        value = {"id": value["id"], "ok": True, "passed": True, "status": "passed"}
    return dumps(value, *args)


wire.dumps = child.wire.dumps = forge


def neuron(x, w, b):
    raise ValueError
