"""Lines that a person wants kept although they look like boilerplate.

They lie in `.kept.tsv` in the articles' folder: on each line a document's id, a tab, and the
line of the article as it stands there without the white space around it, or `*` for the whole
article. The file is written whole or not at all.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from euaiqa.documents.boilerplate import EVERYTHING
from euaiqa.errors import SettingsError

FILE = ".kept.tsv"


def read_kept(folder: Path) -> Mapping[str, frozenset[str]]:
    """The kept lines of each document that has any.

    Args:
        folder: the articles' folder.

    Raises:
        SettingsError: the file cannot be read, or a line of it is not an id, a tab and a line.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}", hint="correct or delete that file"
        ) from error
    found: dict[str, set[str]] = {}
    for number, row in enumerate(text.split("\n"), 1):
        document, tab, line = row.partition("\t")
        if not row.strip():
            continue
        if not tab or not document or not line.strip():
            raise SettingsError(
                f"{path}, line {number}: not a document, a tab and a line of it",
                hint="correct or delete that line",
            )
        found.setdefault(document, set()).add(line.strip())
    return {document: frozenset(lines) for document, lines in found.items()}


def keep(folder: Path, document: str, line: str = EVERYTHING) -> None:
    """Keep a line of an article from now on.

    Args:
        folder: the articles' folder.
        document: its id.
        line: one line of it; everything but the front matter by default.

    Raises:
        SettingsError: the file cannot be read or written, or id or line can stand in no file.
    """
    kept = read_kept(folder)
    _write(folder, {**kept, document: kept.get(document, frozenset()) | {line.strip()}})


def unkeep(folder: Path, document: str, line: str = EVERYTHING) -> None:
    """Let the rules decide about a line again; nothing happens when it was not kept.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    kept = read_kept(folder)
    if line.strip() in kept.get(document, frozenset()):
        _write(folder, {**kept, document: kept[document] - {line.strip()}})


def _write(folder: Path, kept: Mapping[str, frozenset[str]]) -> None:
    rows = [(document, line) for document in sorted(kept) for line in sorted(kept[document])]
    if any(not row[0] or not row[1] or "\n" in "".join(row) or "\t" in row[0] for row in rows):
        raise SettingsError(
            "this cannot be kept: it has no text, or more than one line",
            hint="give one line of the article",
        )
    path = folder / FILE
    temporary: Path | None = None
    try:
        if not rows:
            path.unlink(missing_ok=True)
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=folder, prefix=FILE, delete=False
        ) as file:
            temporary = Path(file.name)
            file.writelines(f"{document}\t{line}\n" for document, line in rows)
        # A temporary file is its owner's alone; the articles' folder may be read by others.
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="check the rights and the space of the articles' folder",
        ) from error
    finally:
        if temporary is not None:  # after it was renamed there is none
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
