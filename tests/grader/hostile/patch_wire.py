# attack: rewrite replies on their way out
# from: background rewrite, monkeypatched wire
# neuron: failed, crashed
# others: passed, partial
import sys

# Where a module has from-scratch rules, `import wire` finds nothing.
find_globals = vars(type(lambda: None))["__globals__"].__get__
wire = find_globals(type(sys.meta_path[0]).find_spec)["wire"]
dumps = wire.dumps


def forge(value, *args):
    if isinstance(value, dict) and "error" in value:
        value = {"id": value["id"], "ok": True, "passed": True, "status": "passed"}
    return dumps(value, *args)


wire.dumps = forge


def neuron(x, w, b):
    raise ValueError
