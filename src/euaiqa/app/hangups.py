"""SIGHUP, by which an operator asks a running server for a new index.

The same signal tells that the terminal was closed, and a server that was started in one then
ends, as it did before it knew the signal. Windows has no such signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator


def bear_hangups() -> None:
    """Let no SIGHUP end a process that prepares to serve; what it prepares is new anyway.

    A terminal that is closed ends it all the same, unless it was started with `nohup`.
    """
    number = getattr(signal, "SIGHUP", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(number) is not signal.SIG_DFL:  # `nohup`, or whoever runs us has its own
        return
    attached = _has_terminal()

    def heard(*_: object) -> None:
        if attached and not _has_terminal():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    signal.signal(number, heard)


@contextlib.contextmanager
def on_hangup(act: Callable[[], object]) -> Iterator[None]:
    """Call `act` on the event loop for each SIGHUP; only in a process's main thread."""
    number = getattr(signal, "SIGHUP", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(number)
    attached = _has_terminal()

    def heard() -> None:
        if not attached or _has_terminal():
            act()
        elif before is not signal.SIG_IGN:  # `nohup` ignores it
            signal.raise_signal(signal.SIGTERM)

    asyncio.get_running_loop().add_signal_handler(number, heard)
    try:
        yield
    finally:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, before)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
