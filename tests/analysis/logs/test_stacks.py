from __future__ import annotations

import pytest

from assistant.analysis.logs.stacks import Frame, stack_trace

JAVA = """order failed
java.lang.RuntimeException: outer
\tat com.shop.Orders.place(Orders.java:12)
\tat org.springframework.web.Filter.run(Filter.java:1)
Caused by: java.lang.NullPointerException: no cart
\tat java.util.Optional.get(Optional.java:3)
\tat com.shop.Cart.total(Cart.java:55)
\t... 3 more"""

PYTHON_CHAIN = """Traceback (most recent call last):
  File "/app/a.py", line 3, in read
    open(x)
KeyError: 'price'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/b.py", line 9, in serve
    read()
RuntimeError: cannot serve"""

GO = """panic: runtime error: invalid memory address

goroutine 1 [running]:
runtime.gopanic(0x1)
\t/usr/local/go/src/runtime/panic.go:884 +0x1d
main.charge(0x1, 0x2)
\t/app/charge.go:42 +0x1d"""

NODE = """TypeError: cart is undefined
    at total (/app/src/cart.js:10:5)
    at /app/node_modules/express/lib/router.js:3:9"""

DOTNET = """System.InvalidOperationException: pool empty
   at Shop.Pool.Take(Int32 n) in /src/Pool.cs:line 31
   at System.Threading.Tasks.Task.Run()"""


@pytest.mark.parametrize(
    ("text", "exception", "message", "top"),
    [
        (
            JAVA,
            "java.lang.NullPointerException",
            "no cart",
            Frame("Cart.java", 55, "com.shop.Cart.total", own=True),
        ),
        (PYTHON_CHAIN, "KeyError", "'price'", Frame("/app/a.py", 3, "read", own=True)),
        (
            GO,
            "panic",
            "runtime error: invalid memory address",
            Frame("/app/charge.go", 42, "main.charge", own=True),
        ),
        (
            NODE,
            "TypeError",
            "cart is undefined",
            Frame("/app/src/cart.js", 10, "total", own=True),
        ),
        (
            DOTNET,
            "System.InvalidOperationException",
            "pool empty",
            Frame("/src/Pool.cs", 31, "Shop.Pool.Take(Int32 n)", own=True),
        ),
    ],
)
def test_the_root_cause_and_its_innermost_own_frame(
    text: str, exception: str, message: str, top: Frame
) -> None:
    trace = stack_trace(text)
    assert trace is not None
    assert (trace.exception, trace.message, trace.top_own) == (exception, message, top)


def test_text_without_frames_is_no_stack_trace() -> None:
    assert stack_trace("first line\nsecond line") is None
    assert stack_trace("one line") is None


def test_frames_of_libraries_stand_in_when_there_are_no_others() -> None:
    trace = stack_trace('Boom\n  File "/venv/site-packages/x.py", line 2, in y\n')
    assert trace is not None
    assert trace.top_own == Frame("/venv/site-packages/x.py", 2, "y", own=False)
