"""Files in the articles' folder: their names, and writing them whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from euaiqa.errors import AddingFailed

_MAX_SLUG = 60  # characters
_MAX_NAME = 200  # bytes; most file systems have 255
_MAX_NUMBER = 1_000
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # on Windows


def slug(title: str, date: str) -> str:
    """A name that can be read, typed and used on every system."""
    letters = unicodedata.normalize("NFKD", title.replace("œ", "oe").replace("Œ", "Oe"))
    plain = re.sub(r"['’]", "-", letters).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > _MAX_SLUG:
        slug = slug[: _MAX_SLUG + 1].rpartition("-")[0] or slug[:_MAX_SLUG]
    return "-".join(filter(None, [_unreserved(slug or "article"), date]))


def named(stem: str, suffix: str) -> str:
    """The file's name.

    Raises:
        AddingFailed: it would not be one, or not lie in the folder.
    """
    stem = stem.removesuffix(suffix)
    if not stem or stem.startswith((".", "~$")) or re.search(r'[/\\:*?"<>|\0-\x1f]', stem):
        raise AddingFailed(f"{stem!r} is no name for an article", hint="give a plain file name")
    stem = _unreserved(stem)
    try:
        size = len(stem.encode())
    except UnicodeEncodeError as error:
        raise AddingFailed(f"{stem!r} is not UTF-8", hint="give a plain file name") from error
    if size > _MAX_NAME:
        raise AddingFailed("the name is longer than 200 bytes", hint="give a shorter one")
    return stem + suffix


def _unreserved(stem: str) -> str:
    """The name, or another where it is that of a device."""
    return f"article-{stem}" if _RESERVED.match(stem) else stem


def put(data: bytes, folder: Path, stem: str, suffix: str) -> Path:
    """Write a file under a name that no other has: a second one of the name gets a number.

    Raises:
        AddingFailed: it cannot be written.
    """
    with _written(data, folder) as temporary:
        for number in range(1, _MAX_NUMBER):
            path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{suffix}"
            if _take(temporary, path):
                return path
    raise AddingFailed(f"there are a thousand articles named {stem}", hint="use --as")


def put_as(data: bytes, folder: Path, name: str, *, replace: bool = False) -> Path:
    """Write a file under just this name; `replace` the one that has it.

    Raises:
        AddingFailed: it cannot be written, or there is one and it is not to be replaced.
    """
    path = folder / name
    with _written(data, folder) as temporary:
        if replace:
            temporary.replace(path)
        elif not _take(temporary, path):
            raise AddingFailed(
                f"there is another article named {name}", hint="choose another name with --as"
            )
    return path


def remove(path: Path) -> None:
    """Delete a file that another has taken the place of.

    Raises:
        AddingFailed: it cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise AddingFailed(
            f"{path.name} cannot be deleted: {(error.strerror or type(error).__name__).lower()}",
            hint="the new article is there; delete the old one by hand",
        ) from error


def _take(temporary: Path, path: Path) -> bool:
    """Give a file its name; False where the name is taken."""
    try:
        os.link(temporary, path)  # unlike a renaming, it never overwrites
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.exists():
            return False
        temporary.rename(path)
    return True


@contextmanager
def _written(data: bytes, folder: Path) -> Iterator[Path]:
    """A hidden file with the data in it, which is gone afterwards unless it was renamed."""
    try:
        handle, name = tempfile.mkstemp(prefix=".adding-", dir=folder)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
        _sync(folder)
    except OSError as error:
        raise AddingFailed(
            f"{folder} cannot be written to: {(error.strerror or type(error).__name__).lower()}",
            hint="check the permissions of the articles' folder, and the space on the disk",
        ) from error


def _sync(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
