"""Blocking work in threads that no exit waits for."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")

LOOKS = (0.0, 1.0, 5.0, 20.0, 60.0)
"""Seconds before each look whether what was replaced can go: at once, and when an answer that
was on its way over it has ended."""


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


async def freed(old: Callable[[], object]) -> None:
    """Free an old pipeline, by a weak reference, once those who still answer with it are done.

    What it is made of refers to it, so it goes when the cyclic garbage is
    collected and not before. A server that answers makes little such garbage and may not collect
    for hours, while each old pipeline holds the maps and the open files of a deleted index.
    """
    for seconds in LOOKS:
        await asyncio.sleep(seconds)
        await asyncio.wrap_future(in_background(gc.collect))
        if old() is None:
            return
