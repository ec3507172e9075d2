"""How all stands, as operators get it: JSON field by field, and what their page shows.

Takes the values of `euaiqa.operations` and a job; gives the models that are sent and the page's
values. Long lists of files are cut, with their count beside them. Nothing here decides anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, InstanceOf

from euaiqa.app.problems import Problem, without_paths
from euaiqa.app.reindexing import Job, Reindexing, State
from euaiqa.app.replies import Outgoing
from euaiqa.datamodels import Language
from euaiqa.operations import Built, Changes, Status
from euaiqa.settings import Settings

SHOWN = 100
"""Files that a list names at most."""


class FilesOut(Outgoing):
    """Articles by their files; `documents` are the first hundred of `count`."""

    count: int
    documents: list[str]

    @classmethod
    def of(cls, documents: Sequence[str]) -> FilesOut:
        """Name the first of some articles."""
        return cls(count=len(documents), documents=list(documents[:SHOWN]))


class FileProblemOut(Outgoing):
    """A file that is left out, why, and what helps; `remedy` may be empty."""

    document: str
    # As they are: pydantic would make plain strings of notices, which the page translates.
    reason: InstanceOf[str]
    remedy: InstanceOf[str]


class FileProblemsOut(Outgoing):
    """Files that are left out; `files` are the first hundred of `count`."""

    count: int
    files: list[FileProblemOut]


class ChangesOut(Outgoing):
    """What differs between the articles' folder and the index."""

    added: FilesOut
    changed: FilesOut
    removed: FilesOut
    kept: FilesOut = Field(description="not readable this time: what was indexed of them stays")
    unchanged: int
    problems: FileProblemsOut

    @classmethod
    def of(cls, changes: Changes) -> ChangesOut:
        """Read changes."""
        return cls(
            added=FilesOut.of(changes.added),
            changed=FilesOut.of(changes.changed),
            removed=FilesOut.of(changes.removed),
            kept=FilesOut.of(changes.kept),
            unchanged=changes.unchanged,
            problems=FileProblemsOut(
                count=len(changes.problems),
                files=[FileProblemOut.model_validate(each) for each in changes.problems[:SHOWN]],
            ),
        )


class BuiltOut(Outgoing):
    """What a run did."""

    changes: ChangesOut
    index_version: str
    articles: int
    passages: int
    sentences: int
    embedded: int = Field(description="texts that went through the encoder")
    reused: int = Field(description="texts that had vectors already")
    seconds: float

    @classmethod
    def of(cls, built: Built) -> BuiltOut:
        """Read what was done."""
        return cls(
            changes=ChangesOut.of(built.changes),
            index_version=built.index_version,
            articles=built.articles,
            passages=built.passages,
            sentences=built.sentences,
            embedded=built.embedded,
            reused=built.reused,
            seconds=built.seconds,
        )


class JobError(Outgoing):
    """Why a job failed, and what to do about it."""

    message: str
    hint: str


class JobReply(Outgoing):
    """The job that rebuilds the index, or the last one; `index_version` is what is served."""

    job: int | None = Field(description="its number since the server started; null: none yet")
    state: State
    step: str | None = Field(description="what is being done")
    done: int | None = Field(description="pieces of the step")
    total: int | None
    left: float | None = Field(description="seconds to the end of the step; null: not known")
    began: dt.datetime | None
    ended: dt.datetime | None
    built: BuiltOut | None
    error: JobError | None
    index_version: str | None = Field(description="null: no question can be answered")

    @classmethod
    def of(
        cls, job: Job, reindexing: Reindexing, served: str | None, settings: Settings
    ) -> JobReply:
        """Tell how far a job is; paths of the machine are left out."""
        progress = reindexing.progress if job.state == "running" else None
        error = JobError(
            message=without_paths(job.error, settings), hint=without_paths(job.hint, settings)
        )
        return cls(
            job=job.number or None,
            state=job.state,
            step=progress.step if progress else None,
            done=progress.done if progress else None,
            total=progress.total if progress else None,
            left=progress.left if progress else None,
            began=job.began,
            ended=job.ended,
            built=BuiltOut.of(job.built) if job.built else None,
            error=error if job.error else None,
            index_version=served,
        )


class ModelOut(Outgoing):
    """A model: whether its file is there and verified."""

    name: str
    licence: str
    bytes: int
    there: bool


class StatusReply(Outgoing):
    """How folder, index and models stand; `changes` is what a new index would change now."""

    index_version: str = Field(description="of the index on disk; empty: there is none")
    built: dt.datetime | None
    previous: str = Field(description="the version before, which can be put back; may be empty")
    held: bool = Field(description="put back by hand, so that only a request replaces it")
    articles: int
    passages: int
    sentences: int
    twins: int
    languages: dict[Language, int]
    months: dict[str, int] = Field(description="articles by `2025-02`; empty: undated")
    bytes: int
    dense: str = Field(description="kind of the vector search")
    encoder: str
    models: list[ModelOut]
    changes: ChangesOut

    @classmethod
    def of(cls, status: Status) -> StatusReply:
        """Read a status."""
        return cls(
            **{name: getattr(status, name) for name in cls.model_fields if name not in _READ},
            languages=dict(status.languages),
            months=dict(sorted(status.months.items())),
            models=[ModelOut.model_validate(each) for each in status.models],
            changes=ChangesOut.of(status.changes),
        )


_READ = {"languages", "months", "models", "changes"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table with a bar: `percent` is of the highest one."""

    name: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class AdminPage:
    """The operator's page; `status` is None where it cannot be read, and `problem` tells why."""

    job: JobReply
    status: StatusReply | None = None
    problem: Problem | None = None

    template = "admin.html"

    @property
    def active(self) -> bool:
        """Whether a job waits or runs."""
        return self.job.state in {"waiting", "running"}

    @property
    def lists(self) -> list[tuple[Literal["added", "changed", "removed", "kept"], FilesOut]]:
        """What a new index would change, without what it would not."""
        if self.status is None:
            return []
        found = self.status.changes
        return [
            (name, files)
            for name in ("added", "changed", "removed", "kept")
            if (files := getattr(found, name)).count
        ]

    @property
    def languages(self) -> list[Bar]:
        """Articles by language, most first."""
        counts = self.status.languages if self.status else {}
        return _bars(dict(sorted(counts.items(), key=lambda each: -each[1])))

    @property
    def years(self) -> list[tuple[Bar, list[Bar]]]:
        """Articles by year, each with its months; newest first, the undated last."""
        months = self.status.months if self.status else {}
        years: dict[str, int] = {}
        for month in sorted(months, reverse=True):
            years[month[:4]] = years.get(month[:4], 0) + months[month]
        return [
            (bar, _bars({each: months[each] for each in sorted(months) if each[:4] == bar.name}))
            for bar in _bars(years)
        ]


def _bars(counts: Mapping[str, int]) -> list[Bar]:
    most = max(counts.values(), default=0) or 1
    return [Bar(name, count, round(100 * count / most)) for name, count in counts.items()]
