"""One more article in the folder, from a file or from the web.

A text file is copied with front matter before it; of every other format the article's text
is written, with the same front matter, into a `.md` file. What a page has around the
article is left out unless it is asked for. Nothing is overwritten, and an article that is
there already is told.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from euaiqa.datamodels import Language, Source, Span
from euaiqa.documents import fetching, formats, front_matter, shelving
from euaiqa.documents.files import SUFFIXES, id_of
from euaiqa.documents.reader import as_document, read_source, source_of
from euaiqa.errors import AddingFailed, DocumentError, SettingsError
from euaiqa.notice import Notice

_KEYS = ("title", "date", "outlet", "language", "url", "added")
_HOME = "?"  # the page without path and query
# Parameters that tell where a reader came from, not which page it is.
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|mc_[ce]id|xtor|at_\w+)=[^&]*")

Fetch = Callable[[str], fetching.Fetched]


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller says of the article, before what the article says itself."""

    title: str = ""
    published: dt.date | None = None
    outlet: str = ""
    language: Language | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """An article that was put into the folder.

    `left_out` counts the lines of the page that are not in the file; `replaced` is the file,
    relative to the folder, that was there and is not any more, or has this article now.
    """

    path: Path
    title: str
    published: dt.date | None
    outlet: str
    language: Language
    address: str
    words: int
    left_out: int
    replaced: str = ""

    def rows(self) -> tuple[tuple[str, str], ...]:
        """What is told of it to a person: labels and values."""
        left_out = f"{self.left_out} lines around the article; --whole keeps them"
        return (
            ("title", self.title),
            ("date", _iso(self.published) or "not told; --date gives it"),
            ("outlet", self.outlet or "not told; --outlet gives it"),
            ("language", {"fr": "French", "en": "English"}[self.language]),
            ("address", self.address or "none"),
            ("words", f"{self.words:,}"),
            *([("left out", left_out)] if self.left_out else []),
            *([("replaced", self.replaced)] if self.replaced else []),
        )


def add(
    what: str,
    folder: Path,
    detect_language: Callable[[str], Language],
    given: Given = Given(),
    *,
    whole: bool = False,
    replace: bool = False,
    today: dt.date | None = None,
    fetch: Fetch = fetching.fetch,
) -> Added:
    """Put an article into the folder.

    Args:
        what: the path of a file, or an address that begins with `http://` or `https://`.
        folder: the articles' folder.
        detect_language: tells the language of a text, where nothing else does.
        given: what the caller knows better.
        whole: keep the lines of a page that are not the article.
        replace: where the same article is there already, by its address or its text, put it
            in the place of that one; no other file is ever touched.
        today: the day of adding.
        fetch: gives the file at an address.

    Raises:
        AddingFailed: it cannot be fetched or written, or is there already.
        DocumentError: it cannot be read.
        SettingsError: the folder does not exist.
    """
    if not folder.is_dir():
        raise SettingsError(
            f"the articles' folder {folder} does not exist",
            hint="make it, or set EUAIQA_SEEDS to the folder that holds your articles",
        )
    source = _from_web(what, fetch) if _is_address(what) else _from_file(what, folder)
    found = as_document(source, detect_language)
    is_text = Path(source.id).suffix.lower() not in formats.SUFFIXES
    front = front_matter.find(source.text) if is_text else None
    dropped = () if whole else source.outside
    body = _body(source.text, ((front,) if front else ()) + dropped)
    values = {
        "title": given.title or found.title,
        "date": _iso(given.published or found.published),
        "outlet": given.outlet or found.outlet,
        "language": given.language or found.language,
        "url": found.address,
        "added": _iso(today or dt.datetime.now().astimezone().date()),
    }
    suffix = Path(source.id).suffix.lower() if is_text else ".md"
    others = front_matter.kept_lines(source.text, front, frozenset(_KEYS)) if is_text else ""
    text = front_matter.written(values, others=others) + "\n" + body
    if not front_matter.reads_as(text, values):
        raise AddingFailed(
            "its front matter has too many lines to write more into it",
            hint="shorten what stands between the two --- at its top",
        )
    data = text.encode()
    name = shelving.named(given.name, suffix) if given.name else ""
    there = _already(folder, source, values["url"], body, name)
    if there is not None:
        _replaceable(there, folder, replace=replace)
    # What was written must be read as what was meant, before anything of it is in the folder.
    made = as_document(source_of(data, f"new{suffix}"), detect_language)
    if there is not None and (there == folder / name or (not name and there.suffix == suffix)):
        path = shelving.put_as(data, there.parent, there.name, replace=True)
    else:
        if name:
            path = shelving.put_as(data, folder, name)
        else:
            stem = shelving.slug(values["title"], values["date"])
            path = shelving.put(data, folder, stem, suffix)
        if there is not None:
            shelving.remove(there)
    return Added(
        path=path,
        title=made.title,
        published=made.published,
        outlet=made.outlet,
        language=made.language,
        address=made.address,
        words=len(re.findall(r"\w+", body)),
        left_out=sum(_lines(source.text, span) for span in dropped),
        replaced=id_of(there, folder) if there else "",
    )


def _is_address(what: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", what) is not None


def _from_web(address: str, fetch: Fetch) -> Source:
    got = fetch(address)
    data = got.data
    if got.charset and got.suffix in (".html", ".txt", ".md"):
        # What HTTP says of the encoding is known here only.
        data = formats.decode(data, got.charset).encode("utf-8", "replace")
        if got.suffix == ".html":
            data = b"\xef\xbb\xbf" + data
    elif got.suffix in (".txt", ".md"):
        data = formats.decode(data).encode("utf-8", "replace")
    try:
        source = source_of(data, f"page{got.suffix}")
    except DocumentError as error:
        raise DocumentError(address, error.reason, hint=error.hint) from error
    host = urlsplit(got.address).hostname or ""
    return dataclasses.replace(
        source,
        outlet=source.outlet or host.removeprefix("www."),
        address=source.address if _can_be(source.address, got.address) else got.address,
    )


def _can_be(told: str, real: str) -> bool:
    """Whether a page's own word on its address can be true.

    It is of the same host; and not the home page where another was fetched, as some sites tell
    of all their pages: they would be one article.
    """
    (told_host, told_page), (real_host, real_page) = _parts(told), _parts(real)
    return told_host == real_host and (told_page != _HOME or real_page == _HOME)


def _from_file(what: str, folder: Path) -> Source:
    path = Path(what).expanduser()
    if not path.exists():
        raise AddingFailed(
            f"there is no file {what}", hint="give a file, or an address that begins with https://"
        )
    path = path.resolve()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        others = Notice("these are: {suffixes}", suffixes=" ".join(sorted(SUFFIXES)))
        raise DocumentError(
            path.name,
            Notice("{suffix} is not read", suffix=suffix)
            if suffix
            else Notice("a file without a suffix is not read"),
            hint=formats.UNREAD.get(suffix, others),
        )
    if path.is_relative_to(folder.resolve()):
        raise AddingFailed(f"{what} is in the articles' folder already", hint="run `euaiqa index`")
    return read_source(path, path.parent)


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _body(text: str, dropped: tuple[Span, ...]) -> str:
    """The text less some ranges, without the gaps that they leave."""
    kept, at = [], 0
    for span in dropped:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    pieces = (piece.strip("\n") for piece in kept)
    return "\n\n".join(piece for piece in pieces if piece.strip()) + "\n"


def _lines(text: str, span: Span) -> int:
    return sum(1 for line in text[span.start : span.end].split("\n") if line.strip())


def _replaceable(there: Path, folder: Path, *, replace: bool) -> None:
    """Whether the file of an article may give way to its text.

    Raises:
        AddingFailed: it may not.
    """
    if there.suffix.lower() in formats.SUFFIXES:
        hint = "it is read as it is; delete it, and its text can be added in its place"
    elif not replace:
        hint = "with --replace it takes its place"
    else:
        return
    raise AddingFailed(f"already there as {id_of(there, folder)}", hint=hint)


def _already(folder: Path, source: Source, address: str, body: str, name: str) -> Path | None:
    """The article of the folder that is the same, that of the wanted name before others."""
    found = list(_the_same(folder, source, address, body))
    return next((path for path in found if path == folder / name), found[0] if found else None)


def _the_same(folder: Path, source: Source, address: str, body: str) -> Iterator[Path]:
    """The articles of the folder that have the same bytes, address or text."""
    page, words = _page(address), _words(body)
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        try:
            if path.suffix.lower() in formats.SUFFIXES:  # to read them all would take minutes
                if hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256:
                    yield path
                continue
            other = read_source(path, folder)
        except (DocumentError, OSError):
            continue
        front = front_matter.find(other.text)
        same_page = page and _page(other.address) == page
        if same_page or _words(other.text[front.end if front else 0 :]) == words:
            yield path


def _page(address: str) -> str:
    """What two addresses of one page have in common; a home page tells of no article."""
    host, page = _parts(address)
    return "" if page == _HOME else host + page


def _parts(address: str) -> tuple[str, str]:
    """The host of an address and its page there, which is `_HOME` where it tells none."""
    parts = urlsplit(address)
    query = _TRACKING.sub("", parts.query).strip("&")
    return (parts.hostname or "").removeprefix("www."), f"{parts.path.rstrip('/')}?{query}"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
