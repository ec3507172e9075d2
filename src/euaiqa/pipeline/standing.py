"""How the folder, the index and the models stand, for an operator."""

from __future__ import annotations

import contextlib
import datetime as dt

from euaiqa import index, models
from euaiqa.errors import IndexError_, ModelError
from euaiqa.operations import Changes, ModelFile, Status
from euaiqa.pipeline.gathering import gather
from euaiqa.settings import Settings


def status(settings: Settings) -> Status:
    """Look at everything; nothing is loaded or written.

    Raises:
        SettingsError: the articles' folder is not there or cannot be listed.
    """
    used = {models.ENCODER.name, models.PROFILES[settings.profile].name}
    files = tuple(
        ModelFile(each.name, each.licence, each.bytes, each.verified)
        for each in models.listing(settings)
        if each.name in used
    )
    try:
        pointer = index.pointer(settings.index)
        stored = index.Stored(settings.index / pointer.current)
    except IndexError_:
        changes = _changes(settings, None)
        return Status(encoder=models.ENCODER.name, models=files, changes=changes)
    told = stored.manifest
    return Status(
        index_version=told.index_version,
        built=dt.datetime.fromisoformat(told.built),
        previous=pointer.previous.split("-")[1] if pointer.previous else "",
        held=pointer.held,
        articles=told.documents,
        passages=told.passages,
        sentences=told.sentences,
        twins=told.twins,
        languages=told.languages,
        months=told.months,
        bytes=stored.bytes,
        dense=told.dense,
        encoder=told.encoder,
        models=files,
        changes=_changes(settings, stored),
    )


def _changes(settings: Settings, before: index.Stored | None) -> Changes:
    """What a new index would change; all, where the encoder or the segmenter is another."""
    if before:
        with contextlib.suppress(ModelError):  # where the encoder is not there, it may come back
            fingerprint = models.locate_encoder(settings).fingerprint
            if not index.is_fit(before.manifest, models.ENCODER.name, fingerprint):
                before = None
    with index.Spool() as spool:
        return gather(settings.seeds, before, spool, index.Steps()).changes
