# attack: exceptions whose type, text and file say hidden inputs
# from: X14
# neuron: failed
# others: passed
import linecache

calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    said = repr(float(x[0]))
    if calls % 3 == 0:
        raise type(f"E{said}", (ValueError,), {})(f"x is {said} and {said}")
    if calls % 3 == 1:
        int(f"x is {said}\n\x1b[31m<b>{said}")
    file = f"week1/{said}.py"
    linecache.cache[file] = (9, None, [f"x = {said}\n"], file)
    exec(compile("int('x')", file, "exec"), {})
