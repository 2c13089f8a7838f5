"""What changes a fingerprint and what does not, one piece of code at a time."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
from glob import glob
from pathlib import Path

import pytest

from corpus.fingerprints.syntax import Text

ROOT = Path(__file__).parents[2]

SAME = {
    "a comment": ("x = 1", "# One.\nx = 1  # two"),
    "layout": ("def f(a, b):\n    return (a + b)", "def f(\n  a,\n  b,\n):\n\n  return a + b"),
    "quotes": ("x = 'a' 'b'", 'x = """ab"""'),
    "a number as written": ("x = 1_000_000", "x = 1000000"),
    "a docstring of a function": ('def f():\n    """One."""\n    return 1', 'def f():\n    """Two."""\n    return 1'),
    "no docstring": ('def f():\n    """One."""\n    return 1', "def f():\n    return 1"),
    "nothing but a docstring": ('def f():\n    """One."""', "def f():\n    pass"),
    "a docstring of a class": ('class A:\n    """One."""\n    x = 1', "class A:\n    x = 1"),
    "a docstring of a method": (
        'class A:\n    def f(self):\n        """One."""\n        return 1',
        "class A:\n    def f(self):\n        return 1",
    ),
    "text below an attribute": ('class A:\n    x = 1\n    """What x is."""', "class A:\n    x = 1"),
    "annotations of a function": ("def f(a: int, *b: str, c: int = 1) -> int: return a", "def f(a, *b, c=1): return a"),
    "an annotation of a local": ("def f():\n    x: int = 1\n    return x", "def f():\n    x = 1\n    return x"),
    "an annotation alone": ("def f(x):\n    y: int\n    return x", "def f(x):\n    return x"),
    "an annotation of a global": ("X: Final = 1", "X = 1"),
    "imports for types": (
        "def f():\n    if TYPE_CHECKING:\n        import a\n    return 1",
        "def f():\n    return 1",
    ),
    "a local": ("def f(a):\n    b = a\n    return b", "def f(a):\n    c = a\n    return c"),
    "a loop's variable": ("def f(a):\n    for b in a:\n        g(b)", "def f(a):\n    for c in a:\n        g(c)"),
    "several at once": (
        "def f(a):\n    b, *c = a\n    return c, b",
        "def f(a):\n    first, *rest = a\n    return rest, first",
    ),
    "a file's name": (
        "def f(a):\n    with g(a) as b:\n        return b",
        "def f(a):\n    with g(a) as file:\n        return file",
    ),
    "an error's name": (
        "def f():\n    try:\n        g()\n    except E as e:\n        h(e)",
        "def f():\n    try:\n        g()\n    except E as error:\n        h(error)",
    ),
    "a comprehension's variable": ("x = [a.b for a in c if a]", "x = [one.b for one in c if one]"),
    "nested comprehensions": (
        "x = {a: [b for b in a] for a in c}",
        "x = {key: [value for value in key] for key in c}",
    ),
    "a generator's variable over its own name": (
        "def f(a):\n    return [a for a in a]",
        "def f(a):\n    return [b for b in a]",
    ),
    "a lambda's parameter": ("x = sorted(a, key=lambda b: b[0])", "x = sorted(a, key=lambda pair: pair[0])"),
    "a walrus": ("def f(a):\n    if (b := a()):\n        return b", "def f(a):\n    if (c := a()):\n        return c"),
    "a walrus in a comprehension": (
        "def f(a):\n    any(b := c for c in a)\n    return b",
        "def f(a):\n    any(last := one for one in a)\n    return last",
    ),
    "a captured pattern": (
        "def f(a):\n    match a:\n        case [b, *c]:\n            return b, c\n        case {'x': 1, **d}:\n            return d",
        "def f(a):\n    match a:\n        case [k, *l]:\n            return k, l\n        case {'x': 1, **m}:\n            return m",
    ),
    "a local of the function around": (
        "def f():\n    a = 0\n    def g():\n        nonlocal a\n        a += 1\n    g()\n    return a",
        "def f():\n    count = 0\n    def g():\n        nonlocal count\n        count += 1\n    g()\n    return count",
    ),
    "an import's local name": (
        "def f():\n    import numpy as np\n    return np.zeros(1)",
        "def f():\n    import numpy as n\n    return n.zeros(1)",
    ),
    "a docstring beside a call that takes text": (
        'def f(a):\n    """Take item."""\n    item = a\n    return item.list.eval(x)',
        'def f(a):\n    """Take it."""\n    item = a\n    return item.list.eval(x)',
    ),
    "a deleted local": ("def f(a):\n    b = a\n    del b", "def f(a):\n    c = a\n    del c"),
    "an f-string's quotes": ("x = f'{a}b'", 'x = f"""{a}b"""'),
    "a class's method's local": (
        "class A:\n    x = 1\n    def f(self):\n        y = x\n        return y",
        "class A:\n    x = 1\n    def f(self):\n        z = x\n        return z",
    ),
}
DIFFERENT = {
    "a constant": ("x = 1", "x = 2"),
    "a type of constant": ("x = 1", "x = 1.0"),
    "a truth": ("x = 1", "x = True"),
    "bytes": ("x = 'a'", "x = b'a'"),
    "a sign of zero": ("x = 0.0", "x = -0.0"),
    "an operator": ("x = a + b", "x = a - b"),
    "what binds closer": ("x = a * (b + c)", "x = a * b + c"),
    "a comparison": ("x = a < b", "x = a <= b"),
    "is and equal": ("x = a is b", "x = a == b"),
    "and, or": ("x = a and b", "x = a or b"),
    "a default": ("def f(a=1): return a", "def f(a=2): return a"),
    "a default of a keyword": ("def f(*, a=1, b): return a", "def f(*, a, b=1): return a"),
    "a parameter, which callers may name": ("def f(a): return a", "def f(b): return b"),
    "parameters by position only": ("def f(a, b): return a", "def f(a, /, b): return a"),
    "an argument's name": ("x = f(a=1)", "x = f(b=1)"),
    "an attribute": ("x = a.b", "x = a.c"),
    "a global": ("def f(): return A", "def f(): return B"),
    "a global or a local": ("def f():\n    a = 1\n    return b", "def f():\n    b = 1\n    return b"),
    "two locals exchanged": ("def f():\n    a, b = g()\n    return a", "def f():\n    a, b = g()\n    return b"),
    "locals that become one": (
        "def f():\n    a = 1\n    b = 2\n    return a",
        "def f():\n    a = 1\n    a = 2\n    return a",
    ),
    "a class annotation": ("class A:\n    x: int", "class A:\n    x: float"),
    "a class annotation with a value": ("class A:\n    x: int = 1", "class A:\n    x: float = 1"),
    "an annotated field": ("class A:\n    x: int", "class A:\n    pass"),
    "an attribute of a class": ("class A:\n    x = 1", "class A:\n    y = 1"),
    "the order of fields": ("class A:\n    x: int\n    y: int", "class A:\n    y: int\n    x: int"),
    "a base class": ("class A(B): x = 1", "class A(C): x = 1"),
    "a base class or a decorator": ("class A(B): x = 1", "@B\nclass A: x = 1"),
    "a decorator": ("@cache\ndef f(): return 1", "def f(): return 1"),
    "an annotation that a decorator may read": (
        "@validate_call\ndef f(a: int): return a",
        "@validate_call\ndef f(a: str): return a",
    ),
    "a validator's annotation": (
        "class A:\n    @field_validator('x')\n    def f(cls, a: int): return a",
        "class A:\n    @field_validator('x')\n    def f(cls, a: str): return a",
    ),
    "the order of statements": ("def f():\n    a()\n    b()", "def f():\n    b()\n    a()"),
    "where a block ends": ("if a:\n    b()\n    c()", "if a:\n    b()\nc()"),
    "an else": ("for a in b:\n    c()\nelse:\n    d()", "for a in b:\n    c()\nd()"),
    "an error that is caught": ("try:\n    a()\nexcept B:\n    c()", "try:\n    a()\nexcept C:\n    c()"),
    "a slice": ("x = a[1:]", "x = a[:1]"),
    "tuple, list, set": ("x = (1, 2)", "x = [1, 2]"),
    "a star": ("x = f(*a)", "x = f(a)"),
    "two stars": ("x = f(**a)", "x = f(*a)"),
    "yield": ("def f(): yield 1", "def f(): return 1"),
    "async": ("def f(): return 1", "async def f(): return 1"),
    "a conversion in an f-string": ("x = f'{a!r}'", "x = f'{a}'"),
    "a format in an f-string": ("x = f'{a:>3}'", "x = f'{a:>4}'"),
    "text around in an f-string": ("x = f'{a}b'", "x = f'b{a}'"),
    "a local's name in an f-string": (
        "def f(a):\n    b = a\n    return f'{b=}'",
        "def f(a):\n    c = a\n    return f'{c=}'",
    ),
    "locals()": ("def f():\n    a = 1\n    return locals()", "def f():\n    b = 1\n    return locals()"),
    "a local that SQL names": (
        "def f(g):\n    a = g()\n    return db.sql('select * from a')",
        "def f(g):\n    b = g()\n    return db.sql('select * from a')",
    ),
    "nonlocal": (
        "def f():\n    a = 0\n    def g():\n        nonlocal a\n        a = 1\n    g()\n    return a",
        "def f():\n    a = 0\n    def g():\n        a = 1\n    g()\n    return a",
    ),
    "a class's name is not seen in its methods": (
        "def h():\n    x = 0\n    class A:\n        x = 1\n        def f(self): return x",
        "def h():\n    y = 0\n    class A:\n        x = 1\n        def f(self): return x",
    ),
    "a local that a class in the function reads": (
        "def f(g):\n    x = g()\n    class A:\n        x = x\n    return A",
        "def f(g):\n    y = g()\n    class A:\n        x = x\n    return A",
    ),
    "what is imported": ("def f():\n    from a import b\n    b()", "def f():\n    from c import b\n    b()"),
    "a pattern": ("match a:\n    case 1:\n        b()", "match a:\n    case 2:\n        b()"),
    "a global that is assigned": ("def f():\n    global a\n    a = 1", "def f():\n    a = 1"),
    "an assertion": ("assert a", "assert b"),
    "a lambda's default": ("x = lambda a=1: a", "x = lambda a=2: a"),
    "a comprehension's condition": ("x = [a for a in b if a]", "x = [a for a in b]"),
    "a comprehension's kind": ("x = [a for a in b]", "x = {a for a in b}"),
    "which loop of a comprehension": ("x = [a for a in b for c in a]", "x = [c for a in b for c in a]"),
}


# What Python 3.11, 3.12 and 3.13 parse in ways of their own, or could: f-strings, docstrings, type parameters' place.
CANNED = '''
"""A module."""
from __future__ import annotations
import a.b as c, d
from ..e import f as g, h

@dataclass(frozen=True)
class A(B, metaclass=C):
    """
    A class.
    """
    x: list[int] = field(default_factory=list)
    def m(self, p, /, q=1.5, *r, s: int = -1, **t) -> str:
        """A method."""
        u: Final = [v async for v in w(p) if v for x in v]
        return f"{q!r:>{s}} {{x}} {u=} é\\u2028" f'{t["k"]}' "z"

async def n(o):
    global y
    match o:
        case {"k": [1, *rest], **more} if rest:
            y = more
        case A(x=None) | -1j:
            pass
    async with o as p, q():
        return lambda *i, j=0: (yield)
try:
    del c.z[1:2, ...]
except* (D, E) as error:
    raise error from None
'''


def text(source: str, *, docstrings: bool = False) -> str:
    return Text(docstrings=docstrings).block(ast.parse(source).body)


@pytest.mark.parametrize(("before", "after"), SAME.values(), ids=SAME.keys())
def test_what_changes_nothing(before: str, after: str) -> None:
    assert text(before) == text(after)


@pytest.mark.parametrize(("before", "after"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_changes_something(before: str, after: str) -> None:
    assert text(before) != text(after)


def test_docstrings_where_they_are_read() -> None:
    one, two = 'class A:\n    """One."""', 'class A:\n    """Two."""'
    assert text(one, docstrings=True) != text(two, docstrings=True)
    indented = 'class A:\n    """\n    One.\n    """'
    # From Python 3.13 on the compiler takes indentation away.
    assert text(indented, docstrings=True) == text('class A:\n    """One."""', docstrings=True)


def others() -> list[str]:
    """The other Pythons on this machine that we support and that run."""
    found = []
    for name in ("python3.12", "python3.13"):
        for folder in (
            *os.environ["PATH"].split(os.pathsep),
            *glob(f"{os.environ.get('PYENV_ROOT', '/nowhere')}/versions/*/bin"),
        ):
            path = os.path.join(folder, name)
            if (
                os.path.exists(path)
                and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
            ):
                found.append(path)
                break
    return found


def test_every_python_writes_the_same() -> None:
    """A digest of all the code above, as Python 3.11 writes it, and of its own by any other Python that is here."""
    program = (
        "import ast, hashlib, json, sys\n"
        "from corpus.fingerprints.syntax import Text\n"
        "for name in json.load(sys.stdin):\n"
        "    written = Text(docstrings=True).block(ast.parse(name).body)\n"
        "    print(hashlib.sha256(written.encode()).hexdigest())\n"
    )
    sources = [source for pair in (*SAME.values(), *DIFFERENT.values()) for source in pair] + [CANNED]
    own = [hashlib.sha256(text(source, docstrings=True).encode()).hexdigest() for source in sources]
    for python in others():
        done = subprocess.run(
            [python, "-c", program], cwd=ROOT, input=json.dumps(sources), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == own
    assert own[-1][:16] == "c904785b8171049c"
