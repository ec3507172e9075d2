"""A new index for a program that answers meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from euaiqa import index
from euaiqa.errors import IndexMissing
from euaiqa.operations import Built, Report, Status
from euaiqa.pipeline import updating
from euaiqa.pipeline.answer import Pipeline
from euaiqa.pipeline.build import encoder_of, open_pipeline
from euaiqa.pipeline.standing import status
from euaiqa.settings import Settings


class Reindexing:
    """The index of a running program: loads it, renews it, takes what another program built.

    The pipelines it gives share one encoder and one language model. One thread calls at a time,
    but for `status`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._served: Pipeline | None = None
        self._name = ""  # of the served version's folder
        self._loading = threading.Lock()

    def load(self) -> Pipeline:
        """Load the models and the current index.

        Raises:
            EuaiqaError: a model or the index is missing or does not fit.
        """
        with self._loading:
            name = index.pointer(self._settings.index).current
            self._served, self._name = open_pipeline(self._settings, suggest=True), name
            return self._served

    def reindex(self, report: Report, pause: Callable[[], None]) -> tuple[Built, Pipeline | None]:
        """Build what changed and swap it in.

        Args:
            report: told how far it is.
            pause: called between two pieces of work; it may wait, or raise to give up.

        Returns:
            What was done, and a pipeline over the new index; None where it is the one that is
            served.

        Raises:
            EuaiqaError: another program builds, there is nothing to index, it cannot be written.
        """
        settings = self._settings
        built, _ = updating.update(
            settings, lambda: encoder_of(settings), steps=index.Steps(report, pause)
        )
        return built, self.take()

    def held(self) -> bool:
        """Whether the current version was put back by hand."""
        try:
            return index.pointer(self._settings.index).held
        except IndexMissing:
            return False

    def take(self) -> Pipeline | None:
        """A pipeline over the index on disk; None where it is the one that is served.

        Raises:
            EuaiqaError: it is missing or does not fit.
        """
        name = index.pointer(self._settings.index).current
        if name == self._name:
            return None
        if self._served is None:
            return self.load()
        with self._loading:
            loaded = index.load(self._settings.index, encoder_of(self._settings))
            self._served, self._name = self._served.over(loaded), name
            return self._served

    def status(self) -> Status:
        """How the folder, the index and the models stand."""
        return status(self._settings)
