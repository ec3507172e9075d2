"""Questions that were made once, kept in a small file for the next start.

Takes and gives a few questions for each language. The file says what they were made with; of
anything else, or damaged, they are made anew. One that cannot be written is told in the log,
and done without.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from euaiqa.datamodels import Language

logger = logging.getLogger(__name__)

Questions = Mapping[Language, tuple[str, ...]]


class Kept:
    """One file; without a path nothing is kept."""

    def __init__(self, path: Path | None, made_with: str) -> None:
        """Prepare; reads nothing.

        Args:
            path: its folder need not be there yet.
            made_with: tells all that the questions depend on.
        """
        self._path = path
        self._made_with = made_with

    def read(self) -> Questions | None:
        """The questions; None where there are none that were made with the same."""
        if self._path is None:
            return None
        try:
            held = json.loads(self._path.read_text(encoding="utf-8"))
            if held["made_with"] != self._made_with:
                return None
            return {"fr": _texts(held["fr"]), "en": _texts(held["en"])}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning(
                "suggested questions cannot be read and are made anew: %s (%s)",
                self._path.name,
                type(error).__name__,
            )
            return None

    def write(self, questions: Questions) -> None:
        """Keep the questions; the file appears whole or not at all."""
        if self._path is None:
            return
        content = json.dumps({"made_with": self._made_with, **questions}, ensure_ascii=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, suffix=".new")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(content)
                Path(name).replace(self._path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    Path(name).unlink()
                raise
        except OSError as error:
            logger.warning(
                "suggested questions cannot be kept in %s (%s): they are made at each start",
                self._path.parent.name,
                error.strerror,
            )


def _texts(held: object) -> tuple[str, ...]:
    """What should be a list of texts.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(held, list) or not all(isinstance(one, str) for one in held):
        raise TypeError("no list of texts")
    return tuple(held)
