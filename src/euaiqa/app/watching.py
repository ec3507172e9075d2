"""The articles' folder and the index watched for changes.

Takes folders; calls back once nothing has changed in one for a while. What a change means is
decided elsewhere. A folder may be missing, be removed and come back, or be unreadable: it is
looked for every few seconds. Where the system does not tell of changes, as on some network
drives, `WATCHFILES_FORCE_POLLING=1` makes watchfiles look for itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from euaiqa.app.reindexing import Reindexing
from euaiqa.documents.kept import FILE as KEPT
from euaiqa.settings import Settings

logger = logging.getLogger(__name__)

SETTLE: Final = 1.0
"""Seconds without a change before it is acted on. A copy writes every few milliseconds, also over
a network, and a person who saves a file sees it taken soon enough."""
PATIENCE: Final = 30.0
"""Seconds after which changes that do not end are acted on; what follows is taken after that."""
LOOK: Final = 2.0
"""Seconds between looks whether a folder is still the one that is watched."""
CURRENT: Final = "CURRENT"
"""The file of the index that names the version to serve."""


@contextlib.asynccontextmanager
async def watched(settings: Settings, reindexing: Reindexing) -> AsyncIterator[None]:
    """Take changed articles, and an index that another program built, while this is open."""
    stop = asyncio.Event()
    taking: set[asyncio.Task[None]] = set()
    index = settings.index.absolute()

    def take() -> None:
        task = asyncio.create_task(reindexing.take())
        taking.add(task)
        task.add_done_callback(taking.discard)

    articles = Settling(lambda: reindexing.request("change"))
    version = Settling(take)
    followed = [
        _follow(settings.seeds.absolute(), articles, stop, lambda path: index not in path.parents),
        _follow(index, version, stop, lambda path: path == index / CURRENT, recursive=False),
    ]
    tasks = [asyncio.create_task(each) for each in followed]
    try:
        yield
    finally:
        stop.set()
        articles.stop()
        version.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in taking:
            task.cancel()


class Settling:
    """Calls `act` once changes have come to rest."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._timer: asyncio.TimerHandle | None = None
        self._first = 0.0

    def changed(self) -> None:
        """Tell of a change."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._timer:
            self._timer.cancel()
        else:
            self._first = now
        self._timer = loop.call_at(min(now + SETTLE, self._first + PATIENCE), self._settled)

    def _settled(self) -> None:
        self._timer = None
        self._act()

    def stop(self) -> None:
        """Forget the changes that have not come to rest."""
        if self._timer:
            self._timer.cancel()


async def _follow(
    folder: Path,
    settling: Settling,
    stop: asyncio.Event,
    matters: Callable[[Path], bool],
    *,
    recursive: bool = True,
) -> None:
    """Tell of changes in a folder until `stop`, whatever becomes of the folder."""
    told = ""
    while not stop.is_set():
        trouble = ""
        try:
            await _until_another(folder, settling, stop, matters, recursive=recursive)
        except FileNotFoundError:
            trouble = "there is no such folder now"
        except (OSError, RuntimeError) as error:  # watchfiles' own for what it cannot name
            trouble = f"{error}; WATCHFILES_FORCE_POLLING=1 may help"
        if trouble and trouble != told:
            logger.warning("%s is not watched until it can be: %s", folder.name, trouble)
        told = trouble
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK if trouble else SETTLE)


async def _until_another(
    folder: Path,
    settling: Settling,
    stop: asyncio.Event,
    matters: Callable[[Path], bool],
    *,
    recursive: bool,
) -> None:
    """Tell of changes in a folder as long as it is the same one.

    Raises:
        OSError: it is not there, or cannot be watched.
    """
    from watchfiles import Change, awatch  # loaded by those who watch only

    same = _identity(folder)
    changes = awatch(
        folder,
        watch_filter=lambda _, path: _is_of(Path(path), folder, matters),
        stop_event=stop,
        rust_timeout=int(LOOK * 1000),
        yield_on_timeout=True,
        recursive=recursive,
    )
    first = True
    async with contextlib.aclosing(changes):
        async for found in changes:
            # What happened before the watch began is not told, so it is looked for once.
            if found or first:
                settling.changed()
            first = False
            # One that is made anew may have the number of the old one.
            gone = any(Path(path) == folder and how != Change.modified for how, path in found)
            if gone or _identity(folder) != same:
                return


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _is_of(path: Path, folder: Path, matters: Callable[[Path], bool]) -> bool:
    """Whether it is the folder, or something in it that matters and is not hidden.

    Hidden are the files that editors and copying programs write meanwhile; but one of ours says
    which lines of the articles a person keeps.
    """
    parts = path.parts[len(folder.parts) :]
    hidden = any(part.startswith(".") for part in parts) and parts != (KEPT,)
    return not parts or (matters(path) and not hidden)
