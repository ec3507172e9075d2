"""Choosing, of the lines of an article that are left out, those to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from euaiqa.datamodels import Language, Span
from euaiqa.documents import front_matter
from euaiqa.documents.boilerplate import EVERYTHING
from euaiqa.documents.boilerplate.lines import spans
from euaiqa.documents.reader import read_corpus
from euaiqa.errors import SettingsError

_SHOWN = 5  # lines of several that match


def left_out(
    folder: Path, document: str, detect_language: Callable[[str], Language]
) -> tuple[str, ...]:
    """The lines of an article that are left out, front matter not counted, in order, each once.

    Args:
        folder: the articles' folder; all of it is read, for what its articles share.
        document: the article's id.
        detect_language: as for `read_corpus`.

    Raises:
        SettingsError: there is no such article in the folder, or the folder cannot be read.
    """
    corpus = read_corpus(folder, detect_language)
    found = next((each for each in corpus.documents if each.id == document), None)
    if found is not None:
        front = front_matter.find(found.text) or Span(0, 0)
        return tuple(
            dict.fromkeys(
                line
                for span in found.boilerplate
                for where, line in spans(found.text[: span.end], span.start)
                if where.start >= front.end
            )
        )
    problem = next((each for each in corpus.problems if each.document == document), None)
    if problem is not None and "boilerplate" in problem.reason:
        return (EVERYTHING,)
    why = f": {problem.reason}" if problem else ""
    raise SettingsError(
        f"there is no article {document} in {folder}{why}",
        hint="name it as the list of articles does, with its folder",
    )


def chosen(lines: Sequence[str], beginning: str, *, every: bool = False) -> tuple[str, ...]:
    """The lines that begin so: exactly one, or `every` one.

    Raises:
        SettingsError: none begins so, or several do and one is wanted.
    """
    found = tuple(line for line in lines if line.startswith(beginning.strip()))
    if beginning.strip() in found and not every:
        return (beginning.strip(),)
    if not found:
        raise SettingsError(
            f"no line that is left out begins with “{beginning}”",
            hint="without a beginning the command lists them",
        )
    if len(found) > 1 and not every:
        some = " | ".join(found[:_SHOWN])
        raise SettingsError(
            f"{len(found)} lines begin so: {some}", hint="give more of the line, or --all"
        )
    return found
