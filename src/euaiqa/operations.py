"""What an operator is told: what a new index would change, how far it is, how all stands.

Nothing here computes anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from euaiqa.datamodels import DocumentProblem, Language


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between the articles' folder and the index; ids in order.

    `kept` are articles whose file could not be read this time: what was indexed of them stays.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: int = 0
    problems: tuple[DocumentProblem, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a new index would hold other articles."""
        return bool(self.added or self.changed or self.removed)


Step = Literal[
    "reading files",
    "cutting into passages",
    "comparing articles",
    "embedding texts",
    "making vectors searchable",
    "making words searchable",
    "checking",
]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step of building is; `left` is in seconds to its end, None while unknown."""

    step: Step
    done: int
    total: int
    left: float | None = None


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What one run did.

    `embedded` texts went through the encoder, `reused` had vectors already. `seconds` are of
    the whole run.
    """

    changes: Changes
    index_version: str
    articles: int
    passages: int
    sentences: int
    embedded: int
    reused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model: whether its file is there and verified; `bytes` of it."""

    name: str
    licence: str
    bytes: int
    there: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How the folder, the index and the models stand.

    `twins` are articles that reprint another or are reprinted. `months` counts articles by
    "2025-02", or "" where they have no date; `bytes` are of the version that is served; `held`
    is whether it was put back by hand, so that no start of the server replaces it. `changes` is
    what `euaiqa index` would do now. Where there is no index, `index_version` is empty and
    `built` None.
    """

    index_version: str = ""
    built: dt.datetime | None = None
    previous: str = ""
    held: bool = False
    articles: int = 0
    passages: int = 0
    sentences: int = 0
    twins: int = 0
    languages: Mapping[Language, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0
    dense: str = ""
    encoder: str = ""
    models: tuple[ModelFile, ...] = ()
    changes: Changes = Changes()
