"""Where the files of a model come from: a folder of the reader's, and the hub.

(`pypi` is the third.) A source puts the bytes it has into a partial file and says
nothing about whether they are right: `pull` hashes them. What is already in the
partial file is kept where the source can go on from it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from euaiqa.errors import ModelFetchFailed
from euaiqa.models.manifest import RemoteFile, Variant
from euaiqa.models.progress import Progress, megabytes

if TYPE_CHECKING:
    import httpx

CHUNK = 1 << 20  # bytes read at a time
_CONNECT_SECONDS = 4.0  # a hub that is not there may cost seconds, not minutes
_SILENCE_SECONDS = 10.0  # between two chunks, and before the first
_ATTEMPTS = 8


class Source(Protocol):
    """One place to get files from; `key` names it in a stamp and in partial files."""

    key: str

    def offers(self, variant: Variant) -> bool:
        """Whether the manifest says that this source has the variant."""

    def fetch(self, variant: Variant, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Bring `target` to hold the whole file.

        Raises:
            ModelFetchFailed: the source does not have it or does not answer.
        """


class FolderSource:
    """A folder of the reader's: the files by their names, in it or in the model's folder."""

    key = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def offers(self, variant: Variant) -> bool:
        """Any variant may be there."""
        return True

    def fetch(self, variant: Variant, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Copy the file; the reader's own is never touched.

        Raises:
            ModelFetchFailed: it is not there or cannot be read.
        """
        path = self._folder / variant.folder / file.name
        if not path.is_file():
            raise ModelFetchFailed(f"no {path}")
        try:
            with path.open("rb") as source, target.open("wb") as out:
                progress.step(f"copying {file.name}", path.stat().st_size)
                while chunk := source.read(CHUNK):
                    out.write(chunk)
                    progress.advance(len(chunk))
        except PermissionError as error:
            raise ModelFetchFailed(f"{path} cannot be read") from error


class HubSource:
    """The Hugging Face hub, or a mirror of it, over plain HTTP with `Range`.

    Not `huggingface_hub`: its retries made a hub whose port is closed cost 23 s and one
    that never answers 388 s, whatever its `etag_timeout`; the pinned commit and the
    hash leave nothing for its metadata to decide.
    """

    key = "hub"

    def __init__(
        self,
        endpoint: str,
        *,
        connect: float = _CONNECT_SECONDS,
        silence: float = _SILENCE_SECONDS,
        pause: float = 1.0,
    ) -> None:
        """`connect`, `silence` and the `pause` before going on are in seconds."""
        self._endpoint = endpoint.rstrip("/")
        self._connect, self._silence, self._pause = connect, silence, pause

    def offers(self, variant: Variant) -> bool:
        """Whether the manifest names a repository."""
        return variant.hub is not None

    def fetch(self, variant: Variant, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Download, going on where the last attempt stopped, while attempts bring bytes.

        Raises:
            ModelFetchFailed: the hub is unreachable, silent or does not have the file.
        """
        import httpx

        if variant.hub is None:
            raise ModelFetchFailed("not on the hub")
        url = f"{self._endpoint}/{variant.hub.repo}/resolve/{variant.hub.revision}/{file.name}"
        timeout = httpx.Timeout(self._silence, connect=self._connect)
        try:
            with httpx.Client(timeout=timeout, follow_redirects=True) as client:
                for _ in range(_ATTEMPTS):
                    before = _size(target)
                    try:
                        self._stream(client, url, file, target, progress)
                    except httpx.TransportError as error:
                        if _size(target) <= before:
                            raise
                        progress.say(f"{_why(error)}; going on from {megabytes(_size(target))}")
                        time.sleep(self._pause)
                    else:
                        return
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelFetchFailed(f"{self._endpoint}: {_why(error)}") from error
        raise ModelFetchFailed(f"{self._endpoint}: the connection broke {_ATTEMPTS} times")

    def _stream(
        self, client: httpx.Client, url: str, file: RemoteFile, target: Path, progress: Progress
    ) -> None:
        start = _size(target)
        if start >= file.bytes:
            return  # the hash tells whether it is the right one
        # compressed, a range would count other bytes than the file's
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in {200, 206}:
                reason = f"{response.status_code} {response.reason_phrase}".strip()
                raise ModelFetchFailed(f"{self._endpoint}: {reason} for {file.name}")
            start = start if response.status_code == 206 else 0
            progress.step(f"fetching {file.name}", file.bytes, start)
            with target.open("ab" if start else "wb") as out:
                # as the bytes come: with a chunk size, httpx drops what it had collected
                # towards the next chunk when the connection breaks
                for chunk in response.iter_raw():
                    start += len(chunk)
                    if start > file.bytes:
                        raise ModelFetchFailed(
                            f"{self._endpoint}: more than {file.bytes:,} bytes of {file.name}"
                        )
                    out.write(chunk)
                    progress.advance(len(chunk))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _why(error: Exception) -> str:
    """An error of httpx in a few words; timeouts have none of their own."""
    name = type(error).__name__
    words = {
        "ConnectTimeout": "no connection in time",
        "ReadTimeout": "it does not answer",
        "ReadError": "the connection broke",
        "RemoteProtocolError": "the connection broke",
    }
    return words.get(name) or f"{name} {error}".strip()
