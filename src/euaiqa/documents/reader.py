r"""From a folder of files to `Document`s.

`Document.text` is the file decoded as UTF-8, without a byte order mark at its very
beginning, with `\r\n` and `\r` turned into `\n`, and otherwise kept exactly: no Unicode
normalisation, non-breaking spaces kept, nothing stripped, front matter and boilerplate
still in it. Every offset in the program counts code points of that text.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Set
from pathlib import Path

from euaiqa.datamodels import Corpus, Document, DocumentProblem, Language, Source, Span
from euaiqa.documents import boilerplate, metadata, repetition
from euaiqa.documents.kept import read_kept
from euaiqa.errors import DocumentError, SettingsError

SUFFIXES = frozenset({".txt", ".md"})
MAX_BYTES = 10_000_000  # a book is about one million; more is not an article


def read_corpus(folder: Path, detect_language: Callable[[str], Language]) -> Corpus:
    """Read every `.txt` and `.md` file under a folder, in the order of their ids.

    Hidden files and folders, and files with another suffix, are passed over. A file that
    cannot be read, or that a link takes from outside the folder, becomes a problem.

    Args:
        folder: the articles' folder; sub-folders are read too.
        detect_language: tells the language of a whole article.

    Raises:
        SettingsError: the folder does not exist, is not a folder or cannot be listed, or its
            list of kept lines cannot be read.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise SettingsError(
            f"the articles' folder {folder} {what}",
            hint="set EUAIQA_SEEDS to the folder that holds your .txt and .md files",
        )
    kept = read_kept(folder)
    problems: list[DocumentProblem] = []
    documents: list[Document] = []
    sources: list[Source] = []
    for path in sorted(_files(folder, problems), key=lambda path: _id(path, folder)):
        try:
            sources.append(read_source(path, folder))
        except DocumentError as error:
            problems.append(DocumentProblem(error.document, error.reason, error.hint))
    repeated = repetition.repeated([repetition.keys(source.text) for source in sources])
    for source in sources:
        lines = kept.get(source.id, frozenset())
        try:
            documents.append(as_document(source, detect_language, repeated=repeated, kept=lines))
        except DocumentError as error:
            problems.append(DocumentProblem(error.document, error.reason, error.hint))
    problems.sort(key=lambda problem: problem.document)
    return Corpus(tuple(documents), tuple(problems))


def read_document(path: Path, folder: Path, detect_language: Callable[[str], Language]) -> Document:
    """Read one article by itself; `read_source` and `as_document` tell of arguments and errors."""
    return as_document(read_source(path, folder), detect_language)


def read_source(path: Path, folder: Path) -> Source:
    """Read one file.

    Args:
        path: the file, somewhere under `folder`.
        folder: the articles' folder; the document's id is relative to it.

    Raises:
        DocumentError: the file lies outside the folder, cannot be read, is too large, is
            not UTF-8 text, or is empty.
    """
    name = _id(path, folder)
    data = _read_bytes(path, folder, name)
    return Source(name, _decode(data, name), hashlib.sha256(data).hexdigest())


def as_document(
    source: Source,
    detect_language: Callable[[str], Language],
    *,
    repeated: Set[int] = frozenset(),
    kept: Set[str] = frozenset(),
) -> Document:
    """Decide what of a file is the article, and what it tells about itself.

    Args:
        source: the file as it was read.
        detect_language: tells the language of the article (called with the text less its
            boilerplate), where the file does not.
        repeated: the keys of the lines that the folder's articles share (`repetition.repeated`).
        kept: lines of it that are never boilerplate (`kept.read_kept`).

    Raises:
        DocumentError: nothing but boilerplate is in it.
    """
    text = source.text
    front = metadata.front_matter(text)
    skipped = boilerplate.find(text, front, outside=source.outside, repeated=repeated, kept=kept)
    content = _without(text, skipped)
    if not content.strip():
        raise DocumentError(
            source.id,
            "it holds nothing but boilerplate",
            hint=f'`euaiqa keep "{source.id}" --all` keeps all of it',
        )
    language = source.language or detect_language(content)
    return Document(
        id=source.id,
        title=source.title or metadata.title(text, front, skipped) or Path(source.id).stem,
        published=source.published or metadata.published(text, front, skipped, language),
        language=language,
        text=text,
        sha256=source.sha256,
        boilerplate=skipped,
        outlet=source.outlet,
        address=source.address,
    )


def _files(folder: Path, problems: list[DocumentProblem]) -> Iterator[Path]:
    """Walk the folder for files to read; folders that cannot be listed become problems."""

    def report(error: OSError) -> None:
        where = Path(os.fsdecode(error.filename or folder))
        if where == folder:
            raise SettingsError(
                f"the articles' folder {folder} cannot be listed: {_why(error)}",
                hint="check its permissions",
            ) from error
        problems.append(DocumentProblem(_id(where, folder), f"cannot be listed: {_why(error)}"))

    for where, folders, files in os.walk(folder, onerror=report):
        visible = [name for name in folders if not name.startswith(".")]
        # os.walk does not enter linked folders: one inside is read at its own place.
        folders[:] = visible
        for name in visible:
            path = Path(where, name)
            if path.is_symlink() and not _inside(path, folder):
                problems.append(
                    DocumentProblem(_id(path, folder), "a link that leaves the articles' folder")
                )
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(where, name)


def _id(path: Path, folder: Path) -> str:
    """The POSIX path relative to the folder, always printable as UTF-8."""
    relative = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    return relative.as_posix().encode("utf-8", "replace").decode("utf-8")


def _inside(path: Path, folder: Path) -> bool:
    """Whether the path, links followed, lies in the folder (a loop of links does not)."""
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except (OSError, RuntimeError):
        return False


def _why(error: OSError) -> str:
    """The system's words, without the machine's path."""
    return (error.strerror or type(error).__name__).lower()


def _read_bytes(path: Path, folder: Path, name: str) -> bytes:
    """Read a regular file of at most `MAX_BYTES` bytes that lies inside the folder."""
    if not name.endswith(path.name):  # the id had to replace bytes that are not UTF-8
        raise DocumentError(name, "the file's name is not UTF-8", hint="rename it")
    try:
        status = path.stat()
        if not _inside(path, folder):
            raise DocumentError(name, "a link that leaves the articles' folder")
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise DocumentError(name, "not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(name, f"cannot be read: {_why(error)}") from error
    if len(data) > MAX_BYTES:
        raise DocumentError(
            name, f"larger than {MAX_BYTES // 1_000_000} MB", hint="split it into articles"
        )
    return data


def _decode(data: bytes, name: str) -> str:
    """Decode UTF-8 with or without a byte order mark, and normalise the newlines."""
    if b"\0" in data:
        raise DocumentError(
            name, "binary data, not UTF-8 text", hint="save it as plain text in UTF-8"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            name, f"not UTF-8 text (at byte {error.start})", hint="save it as UTF-8"
        ) from error
    if not text.strip():
        raise DocumentError(name, "empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without(text: str, spans: tuple[Span, ...]) -> str:
    """The text less some ranges."""
    kept = []
    at = 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    return "".join(kept)
