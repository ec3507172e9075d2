"""A zip archive that is read with bounds: what a DOCX and an EPUB are.

`zipfile` never gives more of a member than its declared size, so the declared sizes bound
what is unpacked; members that share their bytes, as in the worst bombs, count each.
"""

from __future__ import annotations

import contextlib
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from urllib.parse import unquote

from euaiqa.documents.formats.found import Unreadable
from euaiqa.notice import Notice

MAX_UNPACKED = 200_000_000  # bytes of all members together; pictures are most of it
MAX_MEMBER = 50_000_000  # bytes of one that is read
_MAX_MEMBERS = 20_000
_NAMES_ARE_UTF8 = 0x800  # a member's flag
_AGAIN = Notice("get the file again")


def _folded(name: str) -> str:
    """A name without what systems and programs write differently: case, accents, slashes."""
    plain = unquote(name).replace("\\", "/").lstrip("/")
    return unicodedata.normalize("NFC", plain).casefold()


class Archive:
    """The members of a zip file."""

    def __init__(self, data: bytes) -> None:
        """Look at the list of members.

        Raises:
            Unreadable: it is no zip file, is damaged, or unpacks to too much.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise Unreadable(
                Notice("it is damaged, or not what its name says"), hint=_AGAIN
            ) from error
        if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
            raise Unreadable(
                Notice(
                    "it unpacks to more than {megabytes} MB", megabytes=MAX_UNPACKED // 1_000_000
                ),
                hint=Notice("save its text as .txt"),
            )
        self._names = {member.filename: member for member in members}
        self._folded: dict[str, str] = {}
        for name, member in self._names.items():
            self._folded.setdefault(_folded(name), name)
            if not member.flag_bits & _NAMES_ARE_UTF8:  # not said, but often so
                with contextlib.suppress(UnicodeError):
                    self._folded.setdefault(_folded(name.encode("cp437").decode("utf-8")), name)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def find(self, name: str) -> str | None:
        """The member that is meant by a name, which other programs may write another way."""
        return name if name in self._names else self._folded.get(_folded(name))

    def names(self) -> list[str]:
        """The names of the members."""
        return list(self._names)

    def size(self, names: Iterable[str]) -> int:
        """How many bytes some members have together at most."""
        return sum(self._names[name].file_size for name in names)

    def read(self, name: str) -> bytes:
        """The bytes of a member.

        Raises:
            Unreadable: it is not there, is encrypted, damaged or too large.
        """
        member = self._names.get(name)
        if member is None:
            raise Unreadable(Notice("it is damaged: no {name} in it", name=name), hint=_AGAIN)
        if member.flag_bits & 1:
            raise Unreadable(Notice("it is encrypted"), hint=Notice("save it without the password"))
        if member.file_size > MAX_MEMBER:
            raise Unreadable(
                Notice("{name} in it is too large", name=name), hint=Notice("save its text as .txt")
            )
        try:
            return self._zip.read(member)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError,
            RuntimeError,
        ) as error:  # fmt: skip
            raise Unreadable(Notice("it is damaged"), hint=_AGAIN) from error
