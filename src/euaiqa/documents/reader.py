r"""From a folder of files to `Document`s.

`Document.text` of a `.txt` or `.md` file is the file decoded as UTF-8, or as UTF-16 where a byte
order mark says so, without that mark, with `\r\n` and `\r` turned into `\n`, and otherwise kept
exactly: no Unicode normalisation, non-breaking spaces kept, nothing stripped, front matter and
boilerplate still in it. Of every other format it is what `formats` makes of it, the lines
around the article too. Every offset in the program counts code points of that text.
"""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
from collections.abc import Callable, Sequence, Set
from pathlib import Path

from euaiqa.datamodels import Corpus, Document, DocumentProblem, Language, Source, Span
from euaiqa.documents import boilerplate, files, formats, front_matter, metadata, repetition
from euaiqa.documents.kept import read_kept
from euaiqa.errors import DocumentError, DocumentUnreadable
from euaiqa.notice import Notice

# Raise it when another text, or other boilerplate, is read from the same bytes: an index that
# was built with another version reads every file again.
READER_VERSION = "4"


def read_corpus(folder: Path, detect_language: Callable[[str], Language]) -> Corpus:
    """Read every file under a folder that has one of `files.SUFFIXES`, in the order of their ids.

    Hidden files and folders, and files with another suffix, are passed over; but one that
    looks like an article (`formats.UNREAD`), cannot be read, or lies outside the folder
    behind a link becomes a problem. So does what is missing of a file that was read.

    Args:
        folder: the articles' folder; sub-folders are read too.
        detect_language: tells the language of a whole article.

    Raises:
        SettingsError: the folder does not exist, is not a folder or cannot be listed, or its
            list of kept lines cannot be read.
    """
    found, problems = files.list_files(folder)
    kept = read_kept(folder)
    documents: list[Document] = []
    sources: list[Source] = []
    for path in found.values():
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
        else:
            problems.extend(gaps(source))
    problems.sort(key=lambda problem: problem.document)
    return Corpus(tuple(documents), tuple(problems))


def read_document(path: Path, folder: Path, detect_language: Callable[[str], Language]) -> Document:
    """Read one article by itself; `read_source` and `as_document` tell of arguments and errors."""
    return as_document(read_source(path, folder), detect_language)


def gaps(source: Source) -> tuple[DocumentProblem, ...]:
    """What of a file is missing in its text, as a problem; none where all of it was read."""
    if not source.missing:
        return ()
    remedy = formats.MISSING[Path(source.id).suffix.lower()]
    return (DocumentProblem(source.id, source.missing, remedy),)


def read_source(path: Path, folder: Path) -> Source:
    """Read one file.

    Args:
        path: the file, somewhere under `folder`.
        folder: the articles' folder; the document's id is relative to it.

    Raises:
        DocumentError: the file lies outside the folder, cannot be read, is too large, is
            not what its suffix says, or is empty.
    """
    return source_of(files.read(path, folder).data, files.id_of(path, folder))


def not_read(name: str, error: Exception) -> DocumentError:
    """What an error in reading is told as: a `DocumentUnreadable` where it is the machine's.

    Args:
        name: the document's id.
        error: what a reader raised, or what nobody foresaw.
    """
    told = error if isinstance(error, formats.Unreadable) else formats.unforeseen(error)
    kind = DocumentUnreadable if isinstance(told, formats.NotNow) else DocumentError
    return kind(name, told.reason, hint=told.hint)


def source_of(data: bytes, name: str) -> Source:
    """Read the bytes of a file.

    Args:
        data: all of them.
        name: the document's id; its suffix tells the format, text where none is known.

    Raises:
        DocumentError: they are not what the suffix says, or hold no text.
        DocumentUnreadable: the machine failed to read them this time.
    """
    found = _source_of(data, name)
    # Whatever a format's reader lets through, the index must be able to write it.
    return dataclasses.replace(
        found,
        id=front_matter.writable(found.id),
        text=front_matter.writable(found.text),
        title=front_matter.writable(found.title),
        outlet=front_matter.writable(found.outlet),
        address=front_matter.writable(found.address),
    )


def _source_of(data: bytes, name: str) -> Source:
    sha256 = hashlib.sha256(data).hexdigest()
    suffix = Path(name).suffix.lower()
    if suffix not in formats.SUFFIXES:
        text = _decode(data, name)
        told = front_matter.told(text, front_matter.find(text))
        return Source(
            name, text, sha256, language=told.language, outlet=told.outlet, address=told.address
        )
    try:
        found = formats.read(data, suffix)
    except formats.Unreadable as error:
        raise not_read(name, error) from error
    return Source(
        name,
        found.text,
        sha256,
        title=found.title,
        published=found.published,
        language=found.language,
        outlet=found.outlet,
        address=found.address,
        outside=found.outside,
        missing=found.missing,
    )


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
    # Only text files have front matter; the first lines of a page may look like it.
    front = front_matter.find(text) if _has_front_matter(source) else None
    skipped = boilerplate.find(text, front, outside=source.outside, repeated=repeated, kept=kept)
    content = without(text, skipped)
    if not content.strip():
        raise DocumentError(
            source.id,
            Notice("it holds nothing but boilerplate"),
            hint=Notice('`euaiqa keep "{document}" --all` keeps all of it', document=source.id),
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


def _has_front_matter(source: Source) -> bool:
    return Path(source.id).suffix.lower() not in formats.SUFFIXES


def _decode(data: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 that says so by its mark, and normalise the newlines."""
    # What Windows' editor saves as "Unicode"; no other encoding can be told for certain.
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
        is_text = "\0" not in text
    except UnicodeDecodeError as error:
        is_text = not marked and b"\0" not in data
        if is_text:
            raise DocumentError(
                name,
                Notice("not UTF-8 text (at byte {byte})", byte=error.start),
                hint=Notice("save it as UTF-8"),
            ) from error
    if not is_text:
        raise DocumentError(
            name,
            Notice("binary data, not UTF-8 text"),
            hint=Notice("save it as plain text in UTF-8"),
        )
    if not text.strip():
        raise DocumentError(name, Notice("empty"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without(text: str, spans: Sequence[Span]) -> str:
    """A text less some ranges, in order and disjoint: an article less its boilerplate."""
    kept = []
    at = 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    return "".join(kept)
