"""The from-scratch rules, as seen on the syntax tree.

In each case the exercise is called `f`. An evasion must be found; an honest solution must not be.
"""

import importlib.util
from pathlib import Path
from textwrap import dedent

import pytest

from kata import rules
from kata.rules import Violation, find_violation, is_untouched

PRODUCT = ["@", "np.dot", "np.vdot", "np.inner", "np.matmul", "np.einsum", "np.tensordot"]
TRANSPOSE = [".T", "np.transpose", "np.swapaxes", "np.moveaxis", "np.einsum"]
LINALG = ["np.linalg"]
EIGEN = ["np.linalg.eig*", "np.linalg.svd"]
COV = ["np.cov"]
QR = ["np.linalg.qr", "np.linalg.svd"]

# name: (rules, rule that the message names or None for "hides", source)
EVASIONS: dict[str, tuple[list[str], str | None, str]] = {
    "inverse of a matrix": (LINALG, "np.linalg", "def f(A): return A.view(np.matrix).I"),
    "private linalg": (LINALG, "np.linalg", "def f(A): return np.linalg._linalg.norm(A)"),
    # operators
    "operator": (PRODUCT, "@", "def f(a, b): return a @ b"),
    "augmented operator": (PRODUCT, "@", "def f(a, b):\n a @= b\n return a"),
    "dunder": (PRODUCT, "@", "def f(a, b): return a.__matmul__(b)"),
    "reflected dunder": (PRODUCT, "@", "def f(a, b): return b.__rmatmul__(a)"),
    "in-place dunder": (PRODUCT, "@", "def f(a, b): return a.__imatmul__(b)"),
    "operator module": (PRODUCT, "@", "import operator\ndef f(a, b): return operator.matmul(a, b)"),
    "operator import": (PRODUCT, "@", "from operator import imatmul as m\ndef f(a, b): m(a, b)"),
    "operator in reduce": (
        PRODUCT,
        "@",
        "import functools, operator\ndef f(*m): return functools.reduce(operator.matmul, m)",
    ),
    "operator of an own class": (
        PRODUCT,
        "@",
        """
        class V:
            def __init__(self, a): self.a = a
            def __matmul__(self, other): return self.a @ other.a
        def f(a, b): return V(a) @ V(b)
        """,
    ),
    "math.sumprod": (PRODUCT, "@", "import math\ndef f(a, b): return math.sumprod(a, b)"),
    # aliases
    "plain": (PRODUCT, "np.dot", "import numpy as np\ndef f(a, b): return np.dot(a, b)"),
    "other alias": (PRODUCT, "np.inner", "import numpy as xp\ndef f(a, b): return xp.inner(a, b)"),
    "full name": (PRODUCT, "np.dot", "import numpy\ndef f(a, b): return numpy.dot(a, b)"),
    "from import": (PRODUCT, "np.dot", "from numpy import dot as d\ndef f(a, b): return d(a, b)"),
    "import inside": (PRODUCT, "np.dot", "def f(a, b):\n import numpy as q\n return q.dot(a, b)"),
    "from import inside": (PRODUCT, "np.dot", "def f(a, b):\n from numpy import dot\n dot(a, b)"),
    "star import": (PRODUCT, "np.dot", "from numpy import *\ndef f(a, b): return dot(a, b)"),
    "linalg star import": (
        EIGEN,
        "np.linalg.eig*",
        "from numpy.linalg import *\nf = lambda a: eigh(a)",
    ),
    "submodule alias": (
        EIGEN,
        "np.linalg.svd",
        "import numpy.linalg as la\ndef f(a): return la.svd(a)",
    ),
    "submodule import": (
        LINALG,
        "np.linalg",
        "from numpy import linalg\ndef f(a, b): linalg.solve(a, b)",
    ),
    "module variable": (
        EIGEN,
        "np.linalg.svd",
        "import numpy as np\nl = np.linalg\ndef f(a): l.svd(a)",
    ),
    "function variable": (
        PRODUCT,
        "np.matmul",
        "import numpy as np\nm = np.matmul\ndef f(a, b): m(a, b)",
    ),
    "local variable": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a, b):\n d = np.dot\n return d(a, b)",
    ),
    "walrus": (PRODUCT, "np.dot", "import numpy as np\ndef f(a, b): return (d := np.dot)(a, b)"),
    "tuple": (
        PRODUCT,
        "np.inner",
        "import numpy as np\na, b = np.sum, np.inner\ndef f(x, y): b(x, y)",
    ),
    "dict": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nt = dict(op=np.dot)\ndef f(a, b): t['op'](a, b)",
    ),
    "late dict": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nt = {}\nt['op'] = np.dot\ndef f(a): t['op'](a)",
    ),
    "late list": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nt = []\nt.append(np.dot)\ndef f(a): t[0](a, a)",
    ),
    "try": (
        PRODUCT,
        "np.dot",
        "try:\n from numpy import dot as g\nexcept ImportError:\n g = None\ndef f(a): g(a, a)",
    ),
    "module passed on": (
        PRODUCT,
        "np.vdot",
        "import numpy as np\ndef g(lib, a): return lib.vdot(a, a)\ndef f(a): return g(np, a)",
    ),
    "module in a list": (
        PRODUCT,
        "np.inner",
        "import numpy as np\ndef f(a): return [np][0].inner(a, a)",
    ),
    "module in a class": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nclass L:\n lib = np\ndef f(a): return L.lib.dot(a, a)",
    ),
    "private module": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a): np._core.multiarray.dot(a, a)",
    ),
    "passed, not called": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a, g): return g(np.dot, a)",
    ),
    "partial": (
        PRODUCT,
        "np.dot",
        "import functools, numpy as np\ndef f(a, b): return functools.partial(np.dot, a)(b)",
    ),
    "ufunc method": (
        PRODUCT,
        "np.matmul",
        "import numpy as np\ndef f(a): return np.matmul.reduce(a)",
    ),
    "unbound method": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a, b): return np.ndarray.dot(a, b)",
    ),
    # getattr and its kin
    "getattr": (PRODUCT, "np.dot", "import numpy as np\ndef f(a): return getattr(np, 'dot')(a, a)"),
    "getattr joined": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ng = getattr(np, 'd' + 'ot')\ndef f(a): g(a, a)",
    ),
    "getattr f-string": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a): getattr(np, f'd{\"ot\"}')(a, a)",
    ),
    "getattr by variable": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nn = 'dot'\ndef f(a): return getattr(np, n)(a, a)",
    ),
    "getattr of an array": (TRANSPOSE, ".T", "def f(a): return getattr(a, 'T').copy()"),
    "getattr computed": (
        PRODUCT,
        None,
        "import numpy as np\ndef f(a): return getattr(np, 'tod'[::-1])(a, a)",
    ),
    "getattr renamed": (TRANSPOSE, ".T", "g = getattr\ndef f(a): return g(a, 'T')"),
    "getattr mapped": (TRANSPOSE, None, "def f(a): return list(map(getattr, [a], ['T']))[0]"),
    "methodcaller": (
        PRODUCT,
        "np.dot",
        "from operator import methodcaller\ndef f(a, b): return methodcaller('dot', b)(a)",
    ),
    "attrgetter": (TRANSPOSE, ".T", "import operator as o\ndef f(a): return o.attrgetter('T')(a)"),
    "getattribute": (TRANSPOSE, ".T", "def f(a): return a.__getattribute__('T')"),
    "object getattribute": (TRANSPOSE, ".T", "def f(a): return object.__getattribute__(a, 'T')"),
    "pattern": (
        TRANSPOSE,
        ".T",
        "import numpy as np\ndef f(a):\n match a:\n  case np.ndarray(T=t): return t",
    ),
    # methods and properties
    "method": (PRODUCT, "np.dot", "def f(a, b): return a.dot(b)"),
    "method of a result": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a): return np.asarray(a).dot(a)",
    ),
    "bound method": (PRODUCT, "np.dot", "def f(a, b):\n d = a.dot\n return d(b)"),
    "property": (TRANSPOSE, ".T", "import numpy as np\ndef f(a): return np.asarray(a).T.copy()"),
    "newer property": (TRANSPOSE, ".T", "def f(a): return a.mT"),
    "transpose method": (TRANSPOSE, "np.transpose", "def f(a): return a.transpose().copy()"),
    "swapaxes method": (TRANSPOSE, "np.swapaxes", "def f(a): return a.swapaxes(0, 1)"),
    "property descriptor": (
        TRANSPOSE,
        ".T",
        "import numpy as np\ndef f(a): np.ndarray.T.__get__(a)",
    ),
    "in a comprehension": (PRODUCT, "np.dot", "def f(A, b): return [r.dot(b) for r in A]"),
    "array subclass": (
        TRANSPOSE,
        ".T",
        "import numpy as np\nclass M(np.ndarray):\n"
        " def t(self): return self.T\ndef f(a): return a.view(M).t()",
    ),
    "own class as a screen": (
        TRANSPOSE,
        ".T",
        "class D:\n T = 0\ndef g(x): return x.T\ndef f(a):\n D()\n return g(a)",
    ),
    "array in an own object": (
        TRANSPOSE,
        ".T",
        "class D:\n def __init__(self, a): self.a = a\ndef f(a): return D(a).a.T",
    ),
    "array kept in a module": (
        TRANSPOSE,
        ".T",
        "import math\ndef f(a):\n math.a = a\n return math.a.T",
    ),
    "one of two": (
        TRANSPOSE,
        ".T",
        "class D: T = 1\ndef f(a):\n for x in [D(), a]: y = x.T\n return y",
    ),
    "forwarding object": (
        PRODUCT,
        "np.dot",
        "class W:\n def __getattr__(self, n): return 1\ndef f(a, b): return W().dot(b)",
    ),
    # synonyms
    "vecdot": (PRODUCT, "@", "import numpy as np\ndef f(a, b): return np.vecdot(a, b)"),
    "matvec": (PRODUCT, "@", "import numpy as np\ndef f(a, b): return np.matvec(a, b)"),
    "linalg.matmul": (
        PRODUCT,
        "np.matmul",
        "import numpy as np\ndef f(a, b): return np.linalg.matmul(a, b)",
    ),
    "multi_dot": (
        PRODUCT,
        "@",
        "import numpy as np\ndef f(a, b): return np.linalg.multi_dot([a, b])",
    ),
    "ma.dot": (PRODUCT, "np.dot", "import numpy as np\ndef f(a, b): return np.ma.dot(a, b)"),
    "innerproduct": (
        PRODUCT,
        "@",
        "import numpy as np\ndef f(a, b): return np.ma.innerproduct(a, b)",
    ),
    "correlate": (PRODUCT, "@", "import numpy as np\ndef f(a, b): return np.correlate(a, b)[0]"),
    "convolve": (
        PRODUCT,
        "@",
        "import numpy as np\ndef f(a, b): return np.convolve(a, b[::-1], 'valid')",
    ),
    "matrix class": (PRODUCT, "@", "import numpy as np\ndef f(a, b): return np.asmatrix(a) * b"),
    "only dot is named": (["np.dot"], "np.dot", "def f(a, b): return a @ b"),
    "corrcoef": (COV, "np.cov", "import numpy as np\ndef f(a): return np.corrcoef(a)"),
    "ma.cov": (COV, "np.cov", "import numpy as np\ndef f(a): return np.ma.cov(a)"),
    "statistics": (
        COV,
        "np.cov",
        "import statistics\ndef f(a, b): return statistics.covariance(a, b)",
    ),
    "matrix_transpose": (
        TRANSPOSE,
        ".T",
        "import numpy as np\ndef f(a): return np.matrix_transpose(a)",
    ),
    "linalg transpose": (
        TRANSPOSE,
        ".T",
        "import numpy as np\ndef f(a): return np.linalg.matrix_transpose(a)",
    ),
    "permute_dims": (TRANSPOSE, ".T", "import numpy as np\ndef f(a): return np.permute_dims(a)"),
    "rollaxis": (TRANSPOSE, ".T", "import numpy as np\ndef f(a): return np.rollaxis(a, 1)"),
    "rot90": (TRANSPOSE, ".T", "import numpy as np\ndef f(a): return np.rot90(a)[::-1]"),
    "einsum to transpose": (
        TRANSPOSE,
        "np.einsum",
        "import numpy as np\nf = lambda a: np.einsum('ij->ji', a)",
    ),
    "eigvalsh": (
        EIGEN,
        "np.linalg.eig*",
        "import numpy as np\ndef f(a): return np.linalg.eigvalsh(a)",
    ),
    "svdvals": (QR, "np.linalg.svd", "import numpy as np\ndef f(a): return np.linalg.svdvals(a)"),
    "scipy": (QR, "np.linalg.qr", "from scipy.linalg import qr\ndef f(a): return qr(a)"),
    "scipy eigsh": (
        EIGEN,
        "np.linalg.eig*",
        "from scipy.sparse import linalg as l\ndef f(a): l.eigsh(a)",
    ),
    "all of linalg": (
        LINALG,
        "np.linalg",
        "import numpy as np\ndef f(a): return np.linalg.norm(a)",
    ),
    "scipy.linalg": (
        LINALG,
        "np.linalg",
        "import scipy.linalg\ndef f(a, b): return scipy.linalg.solve(a, b)",
    ),
    "matrix inverse": (
        LINALG,
        "np.linalg",
        "import numpy as np\ndef f(a): return np.asmatrix(a).I",
    ),
    # reached by other ways than the body
    "helper": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef g(a): return np.dot(a, a)\ndef f(a): return g(a)",
    ),
    "helper of a helper": (
        PRODUCT,
        "@",
        "def h(a): return a @ a\ndef g(a): return h(a)\ndef f(a): return g(a)",
    ),
    "nested": (PRODUCT, "@", "def f(a):\n def g(b): return b @ b\n return g(a)"),
    "lambda": (PRODUCT, "@", "f = lambda a, b: a @ b"),
    "alias of a function": (PRODUCT, "@", "def g(a, b): return a @ b\nf = g"),
    "alias of a call": (PRODUCT, "np.dot", "import numpy as np\nf = np.dot"),
    "import under the exercise's name": (PRODUCT, "np.dot", "from numpy import dot as f"),
    "redefined by an import": (["np.f"], "np.f", "def f(a): return 0\nfrom numpy import *"),
    "last definition": (PRODUCT, "@", "def f(a): return 0\ndef f(a): return a @ a"),
    "conditional definition": (PRODUCT, "@", "if 1:\n def f(a): return a @ a"),
    "either definition": (
        PRODUCT,
        "@",
        "def f(a): return 0\ntry:\n def f(a): return a @ a\nexcept ValueError: pass",
    ),
    "kept before it was redefined": (
        PRODUCT,
        "@",
        "def g(a): return a @ a\nkeep = g\ndef g(a): return 0\ndef f(a): return keep(a)",
    ),
    "decorator": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef d(g): return np.dot\n@d\ndef f(a, b): return 0",
    ),
    "default": (PRODUCT, "np.dot", "import numpy as np\ndef f(a, b, d=np.dot): return d(a, b)"),
    "method of an own class": (
        PRODUCT,
        "@",
        "class V:\n def go(self, a): return a @ a\ndef f(a): return V().go(a)",
    ),
    "inherited method": (
        PRODUCT,
        "@",
        "class U:\n def go(self, a): return a @ a\nclass V(U): pass\ndef f(a): return V().go(a)",
    ),
    "method by its name": (
        PRODUCT,
        "@",
        "class V:\n def go(self, a): return a @ a\ndef f(a): return getattr(V(), 'go')(a)",
    ),
    "init": (
        PRODUCT,
        "@",
        "class V:\n def __init__(self, a): self.x = a @ a\ndef f(a): return V(a).x",
    ),
    "exercise is a class": (PRODUCT, "@", "class f:\n def step(self, a): return a @ a"),
    "patched class": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nclass V: pass\nV.go = np.dot\ndef f(a): return V().go(a)",
    ),
    "patched library": (
        PRODUCT,
        "np.dot",
        "import numpy as np\nnp.multiply = np.dot\ndef f(a, b): return np.multiply(a, b)",
    ),
    "global": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ng = None\ndef s():\n global g\n"
        " g = np.dot\ndef f(a):\n s()\n return g(a, a)",
    ),
    "async and star": (
        PRODUCT,
        "@",
        "async def g(*a, **k): return a[0] @ a[1]\ndef f(a): return g(a, a)",
    ),
    "parameter of an inner function": (
        PRODUCT,
        "np.dot",
        "def f(a):\n return (lambda x: x.dot(x))(a)",
    ),
    "loop over modules": (
        PRODUCT,
        "np.dot",
        "import numpy as np\ndef f(a):\n for lib in (np,):\n"
        "  for n in ('dot',): return getattr(lib, n)(a, a)",
    ),
    # what hides calls
    "eval": (PRODUCT, None, "def f(a, b): return eval('a @ b')"),
    "exec": (PRODUCT, None, "def f(a, b):\n exec('a @ b')"),
    "compile": (PRODUCT, None, "def f(a): return compile('a', '', 'eval')"),
    "exec at the top": (PRODUCT, None, "def f(a): return 0\nexec('def f(a): return a @ a')"),
    "globals at the top": (PRODUCT, None, "def f(a): return 0\nglobals()['f'] = None"),
    "__import__": (PRODUCT, None, "def f(a): return __import__('numpy').sum(a)"),
    "importlib": (
        PRODUCT,
        None,
        "import importlib\ndef f(a): return importlib.import_module('numpy').sum(a)",
    ),
    "globals": (
        PRODUCT,
        None,
        "import numpy as np\ndef f(a): return globals()['np'].multiply(a, a)",
    ),
    "vars": (PRODUCT, None, "import numpy as np\ndef f(a): return vars(np)['dot'](a, a)"),
    "sys.modules": (PRODUCT, None, "import sys\ndef f(a): return sys.modules['numpy'].sum(a)"),
    "__dict__": (PRODUCT, None, "import numpy as np\ndef f(a): return np.__dict__['dot'](a, a)"),
    "frame": (PRODUCT, None, "import sys\ndef f(a): return sys._getframe(1)"),
    "profile": (PRODUCT, None, "from sys import setprofile\ndef f(a): setprofile(None)"),
    "ctypes": (PRODUCT, None, "import ctypes\ndef f(a): return ctypes.pythonapi"),
    "code object": (PRODUCT, None, "def g(a): return 0\ndef f(a):\n f.__code__ = g.__code__"),
    "pickle": (PRODUCT, None, "import pickle\ndef f(a): return pickle.loads(b'')(a, a)"),
    "gc": (PRODUCT, None, "import gc\ndef f(a): return gc.get_objects()"),
    "builtins": (PRODUCT, None, "import builtins as b\ndef f(a): return b.eval('1')"),
    "the guards themselves": (PRODUCT, None, "import guards\ndef f(a): return guards.violation()"),
}

# name: (rules, source)
HONEST: dict[str, tuple[list[str], str]] = {
    # names that only look forbidden
    "own helper called dot": (
        PRODUCT,
        "def dot(a, b): return sum(x * y for x, y in zip(a, b))\ndef f(a, b): return dot(a, b)",
    ),
    "own helper after a star import": (
        PRODUCT,
        "from numpy import *\ndef dot(a, b): return (a * b).sum()\ndef f(a, b): return dot(a, b)",
    ),
    "nested helper called inner": (
        PRODUCT,
        "def f(a, b):\n def inner(x): return x\n return inner(a * b)",
    ),
    "local called inner": (PRODUCT, "def f(a, b):\n inner = a * b\n return inner.sum()"),
    "local called matmul": (PRODUCT, "def f(a, b):\n matmul = (a * b).sum()\n return matmul"),
    "parameter called T": (TRANSPOSE, "def f(A, T=3): return [T for _ in A]"),
    "parameter called dot": (PRODUCT, "def f(a, b, dot=None): return dot"),
    "keyword called dot": (PRODUCT, "def g(dot): return dot\ndef f(a, b): return g(dot=1)"),
    "loop variable": (PRODUCT, "def f(a):\n s = 0\n for dot in a: s += dot\n return s"),
    "comprehension variable": (TRANSPOSE, "def f(A): return [T for T in A]"),
    "exercise called dot": (
        PRODUCT,
        "def f(a, b): return sum(a * b)\ndef dot(a, b): return f(a, b)",
    ),
    "lambda": (PRODUCT, "dot = lambda a, b: (a * b).sum()\ndef f(a, b): return dot(a, b)"),
    "recursion": (PRODUCT, "def f(a, b): return a[0] * b[0] + f(a[1:], b[1:]) if len(a) else 0"),
    # texts
    "comment": (PRODUCT, "def f(a, b):\n # not np.dot(a, b), not a @ b\n return sum(a * b)"),
    "docstring": (PRODUCT, "def f(a, b):\n '''Like np.dot(a, b) and a @ b.'''\n return sum(a * b)"),
    "message": (PRODUCT, "def f(a, b):\n raise ValueError('as np.dot: a.dot(b)')"),
    "annotation": (
        PRODUCT,
        "import numpy as np\ndef f(a: np.matrix, b: 'a @ b') -> 'np.dot': return 0",
    ),
    "dict key": (PRODUCT, "def f(a): return {'dot': 1}['dot']"),
    # what other exercises do
    "operator elsewhere": (PRODUCT, "def f(a, b): return sum(a * b)\ndef g(a, b): return a @ b"),
    "import elsewhere": (
        PRODUCT,
        "from numpy import dot\ndef g(a): return dot(a, a)\ndef f(a): return a",
    ),
    "check at the bottom": (
        PRODUCT,
        """
        import numpy as np
        def f(a, b): return sum(a * b)
        if __name__ == "__main__":
            assert f(1, 2) == np.dot(1, 2)
            f = np.dot
        """,
    ),
    "assertion at the top": (
        PRODUCT,
        "import numpy as np\ndef f(a, b): return a * b\n"
        "assert f(1, 2) == np.dot(1, 2)\nprint(f(1, 2), np.dot(1, 2))",
    ),
    "first draft": (PRODUCT, "def f(a, b): return a @ b\ndef f(a, b): return sum(a * b)"),
    "first draft of a helper": (
        PRODUCT,
        "def g(a, b): return a @ b\ndef g(a, b): return sum(a * b)\ndef f(a, b): return g(a, b)",
    ),
    "unused imports": (
        PRODUCT,
        "import sys, gc, importlib, ctypes\ndef f(a, b): return sum(a * b)",
    ),
    "method of a class that is not called": (
        PRODUCT,
        "class V:\n def a(self): return 1\n def b(self, x): return x @ x\ndef f(x): return V().a()",
    ),
    "missing": (PRODUCT, "def g(a): return a @ a"),
    # own objects
    "self.dot": (
        PRODUCT,
        """
        class Vector:
            def __init__(self, xs): self.xs = list(xs)
            def dot(self, other): return sum(x * y for x, y in zip(self.xs, other.xs))
            def norm(self): return self.dot(self) ** 0.5
        def f(a, b): return Vector(a).dot(Vector(b))
        """,
    ),
    "own object in variables": (
        PRODUCT,
        """
        class Vector:
            def __init__(self, xs): self.xs = list(xs)
            def dot(self, other): return sum(x * y for x, y in zip(self.xs, other.xs))
            def __sub__(self, other): return Vector([x - y for x, y in zip(self.xs, other.xs)])
        def f(a, b):
            u, v = Vector(a), Vector(b)
            return (u - v).dot(v)
        """,
    ),
    "own objects in a list": (
        PRODUCT,
        """
        class Vector:
            def __init__(self, xs): self.xs = list(xs)
            def dot(self, other): return sum(x * y for x, y in zip(self.xs, other.xs))
        def f(A, B):
            rows = [Vector(row) for row in A]
            columns = []
            for row in B: columns.append(Vector(row))
            return [[row.dot(column) for column in columns] for row in rows]
        """,
    ),
    "own object passed to a helper": (
        PRODUCT,
        """
        class Vector:
            def __init__(self, xs): self.xs = xs
            def dot(self, other): return sum(x * y for x, y in zip(self.xs, other.xs))
        def product(u, v): return u.dot(v)
        def f(a, b): return product(Vector(a), v=Vector(b))
        """,
    ),
    "own object from a helper": (
        PRODUCT,
        """
        class Vector:
            def __init__(self, xs): self.xs = xs
            def dot(self, other): return sum(x * y for x, y in zip(self.xs, other.xs))
        def make(a): return Vector(a)
        def f(a, b): return make(a).dot(make(b))
        """,
    ),
    "own attribute T": (
        TRANSPOSE,
        """
        class Table:
            def __init__(self, rows):
                self.rows = rows
                self.T = None
            def turned(self):
                self.T = [list(column) for column in zip(*self.rows)]
                return self.T
        def f(A): return Table(A).turned()
        """,
    ),
    "own property T": (
        TRANSPOSE,
        "class M:\n def __init__(self, r): self.r = r\n"
        " @property\n def T(self): return list(zip(*self.r))\n"
        "def f(A): return M(A).T",
    ),
    "inherited own method": (
        PRODUCT,
        "class U:\n def dot(self, x): return x\nclass V(U):\n def go(self, x): return self.dot(x)\n"
        "def f(x): return V().go(x)",
    ),
    "super": (
        PRODUCT,
        "class U:\n def dot(self, x): return x\nclass V(U):\n"
        " def dot(self, x): return super().dot(x)\n"
        "def f(x): return V().dot(x)",
    ),
    "class method": (
        PRODUCT,
        "class U:\n @staticmethod\n def dot(a, b): return a\ndef f(a): return U.dot(a, a)",
    ),
    "namespace": (
        PRODUCT,
        "from types import SimpleNamespace\nops = SimpleNamespace(dot=lambda a, b: sum(a * b))\n"
        "def f(a, b): return ops.dot(a, b)",
    ),
    "namedtuple": (
        TRANSPOSE,
        "from collections import namedtuple\nS = namedtuple('S', 'T d')\n"
        "def f(A):\n s = S(*A.shape)\n return s.T",
    ),
    "dataclass": (
        TRANSPOSE,
        "from dataclasses import dataclass\n@dataclass\nclass S:\n T: int\n d: int\n"
        "def f(A):\n s = S(*A.shape)\n return [[0] * s.T for _ in range(s.d)]",
    ),
    "getattr of an own object": (
        PRODUCT,
        "class V:\n def up(self): return 1\ndef f(a, n='up'):\n v = V()\n return getattr(v, n)()",
    ),
    "own __dict__": (
        PRODUCT,
        "class V:\n def show(self): return self.__dict__, vars(self)\ndef f(a): V().show()",
    ),
    "harmless getattr": (PRODUCT, "def f(a): return getattr(a, 'ndim', 0)"),
    "hasattr": (PRODUCT, "def f(a): return hasattr(a, 'dot')"),
    "attrgetter": (
        PRODUCT,
        "from operator import attrgetter\ndef f(a): return attrgetter('shape')(a)",
    ),
    "locals printed": (PRODUCT, "def f(a):\n print(locals(), f'{vars()}')\n return a"),
    "globals in a test": (PRODUCT, "def f(a):\n if 'np' in globals(): return a"),
    # other functions of the library
    "multiply mapped": (
        PRODUCT,
        "import numpy as np\ndef f(a, b): return sum(map(np.multiply, a, b))",
    ),
    "outer": (PRODUCT, "import numpy as np\ndef f(a, b): return np.trace(np.outer(a, b))"),
    "partial": (
        PRODUCT,
        "import functools, numpy as np\ndef f(a, b): return functools.partial(np.multiply, a)(b)",
    ),
    "operator.mul": (PRODUCT, "import operator\ndef f(a, b): return sum(map(operator.mul, a, b))"),
    "math.fsum": (
        PRODUCT,
        "import math\ndef f(a, b): return math.fsum(x * y for x, y in zip(a, b))",
    ),
    "linalg beside dot": (PRODUCT, "import numpy as np\ndef f(a): return np.linalg.norm(a)"),
    "norm beside qr": (QR, "import numpy as np\ndef f(V): return V / np.linalg.norm(V)"),
    "lstsq beside qr": (
        QR,
        "import numpy as np\ndef f(V, b): return np.linalg.lstsq(V, b)[0], np.linalg.inv(V)",
    ),
    "products beside eig": (
        EIGEN,
        "def f(A):\n v = A[0]\n for _ in range(9): v = A @ v\n return v.dot(v)",
    ),
    "solve beside eig": (EIGEN, "import numpy as np\ndef f(A, v): return np.linalg.solve(A, v)"),
    "transposes beside cov": (COV, "def f(X):\n C = X - X.mean(0)\n return C.T @ C / (len(X) - 1)"),
    "var beside cov": (COV, "import numpy as np\ndef f(X): return np.var(X, ddof=1)"),
    "einsum rule and products": (
        ["np.einsum"],
        "import numpy as np\ndef f(a, b): return np.dot(a, b) + a @ b",
    ),
    "zip": (TRANSPOSE, "import numpy as np\ndef f(A): return np.array(list(zip(*A)))"),
    "index": (
        TRANSPOSE,
        "import numpy as np\ndef f(A): return np.array([A[:, j] for j in range(A.shape[1])])",
    ),
    "empty_like": (
        TRANSPOSE,
        "import numpy as np\ndef f(A):\n B = np.empty(A.shape[::-1])\n"
        " B[:] = [A[:, j] for j in range(len(B))]\n return B",
    ),
    "LinAlgError": (
        LINALG,
        "import numpy as np\ndef f(A):\n try: raise np.linalg.LinAlgError('singular')\n"
        " except np.linalg.LinAlgError as e: raise ValueError from e",
    ),
    "LinAlgError imported": (
        LINALG,
        "from numpy.linalg import LinAlgError\ndef f(A): raise LinAlgError('x')",
    ),
    "LinAlgError by an alias": (
        LINALG,
        "import numpy as np\nla = np.linalg\ndef f(A): raise la.LinAlgError('x')",
    ),
    "polynomial": (
        LINALG,
        "import numpy as np\ndef f(x): return np.polynomial.polynomial.polyval(x, [1, 2])",
    ),
    "no rules": ([], "def f(a, b): return eval('a @ b')"),
    # odd but valid Python
    "match": (
        PRODUCT,
        """
        def f(a, b):
            match (a, b):
                case [x, *rest], {"k": v, **more}: return x * v
                case float() | int() as number if number > 0: return number
                case _: return 0
        """,
    ),
    "async": (
        PRODUCT,
        "async def g(a):\n async with a as b:\n"
        "  async for x in b: yield x\n  await b\ndef f(a): return g(a)",
    ),
    "nonlocal": (
        PRODUCT,
        "def f(a):\n total = 0\n def add(x):\n  nonlocal total\n"
        "  total += x\n for x in a: add(x)\n return total",
    ),
    "stars and keywords": (
        PRODUCT,
        "def g(*args, k=1, **more): return args, k, more\n"
        "def f(a, *b, **c): return g(*b, **c, k=a)",
    ),
    "positional only": (
        PRODUCT,
        "def g(a, /, b, *, c=2): return a + b + c\ndef f(a): return g(a, 1)",
    ),
    "nested comprehensions": (
        PRODUCT,
        "def f(A, B): return [[sum(A[i, k] * B[k, j] for k in range(9)) for j in A] for i in B]",
    ),
    "container of itself": (
        PRODUCT,
        "def f(a):\n x = []\n x = [x]\n x.append(x)\n y = x\n x = y\n return x[0][0]",
    ),
    "mutual recursion": (PRODUCT, "def g(a): return f(a)\ndef f(a): return g(a)"),
    "class body": (
        PRODUCT,
        "class A:\n x = 1\n y = [x for _ in 'ab']\n class B: z = 2\ndef f(a): return A.B.z",
    ),
    "global elsewhere": (
        PRODUCT,
        "n = 0\ndef g():\n global n\n n += 1\ndef f(a):\n g()\n return n",
    ),
    "deleted": (
        PRODUCT,
        "def f(a):\n b = a\n del b\n return a[...], a[1:2, None], -a, not a, a < 1 < 2",
    ),
    "text with an odd escape": (PRODUCT, "def f(a): return '\\d'"),
}


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_is_found(name):
    """An evasion is found, under the rule that it breaks."""
    forbidden, rule, source = EVASIONS[name]
    found = find_violation(dedent(source), "f", forbidden)
    assert found is not None
    assert found.hides == (rule is None), str(found)
    assert rule is None or found.rule == rule, str(found)
    assert 0 < found.line <= source.count("\n") + 1
    assert found.text


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_solution_is_not_flagged(name):
    """An honest solution breaks no rule."""
    forbidden, source = HONEST[name]
    assert find_violation(dedent(source), "f", forbidden) is None


def test_there_are_cases_enough():
    """The tables have at least sixty cases each."""
    assert len(EVASIONS) >= 60
    assert len(HONEST) >= 60


class TestMessages:
    def test_names_line_call_and_rule(self):
        """The message names the line, the call as written and the rule."""
        source = "import numpy as np\n\ndef f(a, b):\n    return np.inner(a,\n        b)\n"
        found = find_violation(source, "f", ["np.dot", "np.inner"])
        assert found == Violation(4, "np.inner(a, b)", "np.inner")
        assert str(found) == (
            "line 4: np.inner(a, b) is not allowed here (np.inner): write it from scratch"
        )

    def test_says_what_hides_calls(self):
        """What makes checking impossible is refused with that reason."""
        found = find_violation("def f(a):\n    return eval('a @ a')\n", "f", ["@"])
        assert str(found).startswith("line 2: eval('a @ a') is not allowed here (eval): it hides")

    def test_shortens_long_text(self):
        """A long expression is shortened to one short line."""
        source = f"def f(a):\n    return a @ ({' + '.join(['a'] * 100)})\n"
        found = find_violation(source, "f", ["@"])
        assert found is not None
        assert len(found.text) <= 80
        assert found.text.endswith("…")

    def test_prefers_the_exercise_itself_to_its_helpers(self):
        """The first violation is looked for in the exercise before its helpers."""
        source = "def g(a):\n    return a @ a\ndef f(a):\n    g(a)\n    return a.dot(a)\n"
        found = find_violation(source, "f", ["@", "np.dot"])
        assert found is not None
        assert found.line == 5

    def test_is_the_same_at_any_time(self):
        """Equal input gives an equal answer."""
        source = (
            "import numpy as np\nd = np.dot if np else np.inner\ndef f(a):\n    return d(a, a)\n"
        )
        answers = {str(find_violation(source + "#" * n, "f", PRODUCT)) for n in range(9)}
        assert len(answers) == 1


class TestRobustness:
    @pytest.mark.parametrize("source", ["def f(:", "x = 'a", "\0", "(" * 500 + ")" * 500])
    def test_broken_source_is_a_syntax_error(self, source):
        """What is not Python is a SyntaxError for the caller."""
        with pytest.raises(SyntaxError):
            find_violation(source, "f", ["@"])

    def test_survives_long_chains(self):
        """Thousands of terms in one expression are no trouble."""
        terms = " + ".join(["a"] * 900)
        assert find_violation(f"def f(a):\n    return {terms}\n", "f", ["@"]) is None
        calls = ".copy()" * 150
        found = find_violation(f"def f(a):\n    return a{calls}.dot(a)\n", "f", ["np.dot"])
        assert found is not None

    def test_survives_texts_and_containers_that_double(self):
        """What would grow without bound while it is followed is given up early."""
        texts = "x0 = 'dot'\n" + "".join(f"x{n + 1} = x{n} + x{n}\n" for n in range(38))
        nested = "y0 = [1]\n" + "".join(f"y{n + 1} = [y{n}, [y{n}]]\n" for n in range(38))
        source = f"import numpy as np\n{texts}{nested}def f(a): return getattr(np, x38)(y38)\n"
        found = find_violation(source, "f", ["np.dot"])
        assert found is not None
        assert found.hides

    def test_survives_any_module(self):
        """Modules of the standard library are looked at without a crash."""
        folder = Path(dedent.__code__.co_filename).parent
        for name in ("ast", "typing", "enum", "dataclasses", "functools", "statistics", "argparse"):
            source = (folder / f"{name}.py").read_text(encoding="utf-8")
            module = rules._Module(source)
            for top in list(module.top.bindings)[-4:]:
                find_violation(source, top, PRODUCT)

    def test_loads_alone_by_its_path(self):
        """The sandbox loads the file without its package, before it is in sys.modules."""
        spec = importlib.util.spec_from_file_location("rules_alone", rules.__file__)
        assert spec is not None
        assert spec.loader is not None
        alone = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(alone)
        assert alone.find_violation("def f(a): return a @ a", "f", ["@"]).line == 1


STUB = '''
def f(a):
    """Return nothing yet."""
    raise NotImplementedError("f is yours to write")

class Adam:
    """An optimiser."""

    def step(self, x):
        """Step."""
        raise NotImplementedError
'''


class TestIsUntouched:
    @pytest.mark.parametrize(
        "source",
        [
            STUB,
            STUB.replace("Return nothing yet.", "My own words"),
            STUB.replace('    """Return nothing yet."""\n', ""),
            STUB.replace("raise", "# to do\n    raise", 1),
            "import numpy as np\n" + STUB,
        ],
    )
    def test_docstrings_and_comments_do_not_count(self, source):
        """A stub with other words in comments and docstrings is still the stub."""
        assert is_untouched(source, STUB, "f")

    @pytest.mark.parametrize(
        "source",
        [
            STUB.replace("f is yours to write", "later"),
            STUB.replace("def f(a)", "def f(b)"),
            STUB + "def f(a):\n    return a\n",
            STUB + "f = abs\n",
            "def g(a): pass",
            "",
        ],
    )
    def test_other_code_counts(self, source):
        """Other code, a later definition or none at all is not the stub."""
        assert not is_untouched(source, STUB, "f")

    def test_classes_are_compared_with_their_methods(self):
        """A class counts as touched when one of its methods is."""
        assert is_untouched(STUB.replace("Step.", "step"), STUB, "Adam")
        assert not is_untouched(STUB.replace("self, x", "self, y"), STUB, "Adam")

    def test_broken_source_is_a_syntax_error(self):
        """What is not Python is a SyntaxError for the caller."""
        with pytest.raises(SyntaxError):
            is_untouched("def f(:", STUB, "f")


@pytest.mark.parametrize("body", ["pass", "...", '"""Text."""', '"""Text."""\n    ...'])
def test_an_empty_function_is_not_begun(body):
    """A function without any statement of its own counts as untouched."""
    stub = "def f(x):\n    raise NotImplementedError('f is yours to write')\n"
    assert is_untouched(f"def f(x):\n    {body}\n", stub, "f")
    assert not is_untouched(f"def f(x):\n    {body}\n    return x\n", stub, "f")
