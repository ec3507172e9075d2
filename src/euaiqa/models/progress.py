"""How a long fetch tells what it is doing.

Everything that takes time is handed a `Progress`. `console_progress` shows rich bars
on a terminal and plain lines elsewhere (a log, CI); `Silent` shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars


class Progress(Protocol):
    """Told of steps; a step lasts until the next one."""

    def step(self, label: str, total: int, done: int = 0) -> None:
        """Begin a step of `total` bytes of which `done` were there before."""

    def advance(self, amount: int) -> None:
        """Another `amount` bytes of the step are done."""

    def say(self, line: str) -> None:
        """Tell something that is not a step."""


class Silent:
    """Shows nothing."""

    def step(self, label: str, total: int, done: int = 0) -> None:
        """Show nothing."""

    def advance(self, amount: int) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""


class _Lines:
    """One line for each step: a bar in a log is unreadable."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, label: str, total: int, done: int = 0) -> None:
        kept = f", {megabytes(done)} of them there" if done else ""
        self.say(f"{label} ({megabytes(total)}{kept}) ...")

    def advance(self, amount: int) -> None:
        pass

    def say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class _Bars:
    """A rich bar for the step under way."""

    def __init__(self, bars: Bars) -> None:
        from rich.progress import TaskID

        self._bars = bars
        self._task: TaskID | None = None

    def step(self, label: str, total: int, done: int = 0) -> None:
        from rich.markup import escape

        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(escape(label), total=total, completed=done)

    def advance(self, amount: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def say(self, line: str) -> None:
        self._bars.console.print(line, markup=False, highlight=False)


@contextmanager
def console_progress(console: Console) -> Iterator[Progress]:
    """Show progress on `console`: bars on a terminal, otherwise a line for each step."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import (
        Progress as RichProgress,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=console, transient=True) as bars:
        yield _Bars(bars)


def megabytes(size: int) -> str:
    """A size in bytes, for people: `72 MB`, `1,117 MB`."""
    return f"{size / 1e6:,.0f} MB" if size >= 1_000_000 else f"{size:,} bytes"
