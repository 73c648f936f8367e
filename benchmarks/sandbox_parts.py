"""The cost of the sandbox's parts: start of the zygote, fork of a child, round trip of a call."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from measure import median, spread, times

from grader.sandbox.arguments import Arguments
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source

SOURCE = """
def identity(x):
    return x

def call_often(f, x, count):
    for _ in range(count):
        f(x)
"""
CALLBACKS = 500


def start_zygote() -> None:
    with Sandbox() as sandbox:
        assert sandbox.zygote.process.pid


def main() -> None:
    bare = times(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 10)
    numpy = times(lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True), 10)
    start = times(start_zygote, 5)
    print(f"python -c pass             {spread(bare)}")
    print(f"python -c 'import numpy'   {spread(numpy)}   x {median(numpy) / median(bare):.1f}")
    print(f"start of the zygote        {spread(start)}   x {median(start) / median(bare):.1f}")
    source = Source("week1", "parts", SOURCE, objects=("identity",))
    with Sandbox() as sandbox:
        sandbox.prove()

        def child() -> None:
            with sandbox.spawn(source) as made:
                made.load()

        whole = times(child, 50)
        print(f"child: fork, load, end     {spread(whole)}   x {median(whole) / median(bare):.2f}")
        with sandbox.spawn(source) as made:
            made.load()
            for name, value in (
                ("a number", 1.5),
                ("10 numbers", np.ones(10)),
                ("100 x 100", np.ones((100, 100))),
                ("1000 x 1000", np.ones((1000, 1000))),
            ):

                def call(value: object = value) -> None:
                    made.call("identity", Arguments((value,), {}))

                trips = times(call, 20 if name.startswith("1000") else 300)
                print(f"round trip, {name:14} {spread(trips, 1e6, 'us')}")

            def call_back() -> None:
                made.call("call_often", Arguments((abs, np.ones(3), CALLBACKS), {}))

            each = [seconds / CALLBACKS for seconds in times(call_back, 10)]
            print(f"callback, 3 numbers        {spread(each, 1e6, 'us')}")


if __name__ == "__main__":
    main()
