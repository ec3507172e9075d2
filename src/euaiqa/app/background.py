"""Blocking work in threads that no exit waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def in_background(work: Callable[[], Result]) -> Future[Result]:
    """Run in a daemon thread: Ctrl-C never waits for a model to load or an index to be built."""
    done: Future[Result] = Future()
    done.set_running_or_notify_cancel()  # who waits for it may be cancelled, but not the work

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is read
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done
