"""The index brought up to date with the articles' folder, and put back."""

from __future__ import annotations

import time
from collections.abc import Callable

from euaiqa import documents, index, models
from euaiqa.encoder import Encoder
from euaiqa.operations import Built, Changes
from euaiqa.pipeline.gathering import Gathered, gather
from euaiqa.settings import Settings


def changes(settings: Settings) -> Changes:
    """What `update` would do; nothing is written.

    Raises:
        EuaiqaError: the encoder or the folder is not there.
    """
    with index.Spool() as spool:
        return gather(settings.seeds, usable(settings), spool, index.Steps()).changes


def update(
    settings: Settings,
    encoder: Callable[[], Encoder],
    *,
    full: bool = False,
    wait: float = 0,
    steps: index.Steps | None = None,
) -> tuple[Built, bool]:
    """Build what changed and swap it in; nothing is built where nothing changed.

    Args:
        settings: the folders.
        encoder: gives the encoder, which is loaded only where there is something to do.
        full: whether to read, cut and embed everything anew.
        wait: seconds to wait for another builder; below 0 as long as it takes.
        steps: told how far it is.

    Returns:
        What was done, and whether there is a new version.

    Raises:
        EuaiqaError: another builds, there is nothing to index, or it cannot be written.
    """
    began = time.monotonic()
    steps = steps or index.Steps()
    reader = documents.READER_VERSION
    with (
        index.locked(settings.index, wait),
        index.Spool(settings.index, reader=reader, anew=full) as spool,
    ):
        before = usable(settings)
        gathered = gather(settings.seeds, before, spool, steps, full=full)
        if not gathered.total:
            spool.forget()  # nothing can be built, and what was read may be of deleted files
        new = full or before is None or _differs(gathered, before)
        if new or before is None:
            loaded = encoder()
            manifest = index.update(
                gathered.articles(),
                loaded,
                settings.index,
                total=gathered.total,
                problems=gathered.changes.problems,
                reader=reader,
                refused=gathered.refused,
                kept=gathered.kept,
                before=None if full else before,
                known=() if full else index.known(settings.index, loaded),
                steps=steps,
            )
        else:
            manifest = before.manifest
            index.release(settings.index)
    built = Built(
        changes=gathered.changes,
        index_version=manifest.index_version,
        articles=manifest.documents,
        passages=manifest.passages,
        sentences=manifest.sentences,
        embedded=manifest.embedded if new else 0,
        reused=manifest.reused if new else manifest.embedded + manifest.reused,
        seconds=time.monotonic() - began,
    )
    return built, new


def roll_back(settings: Settings) -> index.Manifest:
    """Put the version before the current one back, until `update` is asked for again.

    Raises:
        EuaiqaError: there is none, it cannot be read, or another program builds.
    """
    fingerprint = models.locate_encoder(settings).fingerprint
    with index.locked(settings.index):
        name = index.pointer(settings.index).previous
        if name and (settings.index / name).is_dir():
            before = index.Stored(settings.index / name)
            index.fits(before.manifest, models.ENCODER.name, fingerprint)
            index.check(before)
        index.roll_back(settings.index)
        return index.read_manifest(settings.index)


def usable(settings: Settings) -> index.Stored | None:
    """The current version, where the encoder can search it.

    Raises:
        ModelMissing: the encoder is not there.
    """
    fingerprint = models.locate_encoder(settings).fingerprint
    return index.usable(settings.index, models.ENCODER.name, fingerprint)


def _differs(gathered: Gathered, before: index.Stored) -> bool:
    """Whether a new version would tell something else."""
    now = gathered.changes
    return now.any or now.problems != before.manifest.problems
