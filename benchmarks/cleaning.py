"""How much boilerplate is left, and how much text lost, on labelled pages.

    python -m benchmarks.cleaning --pages FOLDER… [--only test_] [--out docs/quality.md]

Takes folders of pages labelled line by line (tests/data/pages/README.md tells the format), gives a
table for each folder. Boilerplate left is counted in lines, text lost in characters; a page's
structure counts where its labels tell it. The pages of one folder are read as one set of
articles, so that what their sites repeat counts, too. Where the page itself lies beside its labels
(`NAME.html` beside `NAME.txt`) it is also read as a web page, with the program's own reader; its
words are then matched with the labelled ones in order. A word of the article that the reader does
not show is lost; a line of boilerplate is left when half of its words are kept or more.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks import sections
from euaiqa import language
from euaiqa.datamodels import Document, Span
from euaiqa.documents import as_document, boilerplate, repetition, source_of

_WORD = re.compile(r"\w+")
Missed: TypeAlias = tuple[list[str], list[tuple[str, int]]]
"""Lines of boilerplate that are left; what is lost of the text, with its number of characters."""
LABELS = {"+": True, "-": False, "~": None}
OUTSIDE = "o"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line of a page: whether it is text, None where it does not count; what structure says."""

    text: str
    is_text: bool | None
    outside: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A labelled page; `html` is the page itself, where it is there."""

    name: str
    lines: tuple[Labelled, ...]
    html: bytes | None = None

    @property
    def text(self) -> str:
        """What is in the clipboard."""
        return "\n".join(line.text for line in self.lines)

    def spans(self) -> Iterator[Span]:
        """Where each line is in `text`."""
        at = 0
        for line in self.lines:
            yield Span(at, at + len(line.text))
            at += len(line.text) + 1


@dataclass(slots=True)
class Counts:
    """What was found on pages: of lines of boilerplate, and of characters of text."""

    pages: int = 0
    boilerplate: int = 0
    left: int = 0
    text: int = 0
    lost: int = 0

    def row(self, name: str) -> str:
        """A row of the table."""
        return (
            f"| {name} | {self.pages} | {_share(self.left, self.boilerplate)} "
            f"| {_share(self.lost, self.text)} |"
        )


def read_pages(folder: Path) -> list[Page]:
    """Read the pages of a folder, by name.

    Raises:
        ValueError: a line has no label.
    """
    found = []
    for path in sorted(folder.glob("*.txt")):
        lines = []
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            mark, tab, text = row.partition("\t")
            if not tab or mark[:1] not in LABELS or mark[1:] not in ("", OUTSIDE):
                raise ValueError(f"{path}:{number}: no label")
            lines.append(Labelled(text.strip(), LABELS[mark[0]], mark[1:] == OUTSIDE))
        saved = path.with_suffix(".html")
        html = saved.read_bytes() if saved.exists() else None
        found.append(Page(path.stem, tuple(line for line in lines if line.text), html))
    return found


def missed(
    page: Page, repeated: frozenset[int] = frozenset(), *, structure: bool = False
) -> Missed:
    """Lines of boilerplate that are left, and lines of text that are lost."""
    spans = list(page.spans())
    outside = [
        span for span, line in zip(spans, page.lines, strict=True) if structure and line.outside
    ]
    found = boilerplate.find(page.text, outside=outside, repeated=repeated)
    left: list[str] = []
    lost: list[tuple[str, int]] = []
    for span, line in zip(spans, page.lines, strict=True):
        out = any(each.start <= span.start and span.end <= each.end for each in found)
        if line.is_text and out:
            lost.append((line.text, len(line.text)))
        elif line.is_text is False and not out:
            left.append(line.text)
    return left, lost


def read_html(pages: Sequence[Page]) -> dict[str, Document]:
    """The pages that are there as HTML, by name, as the program reads a folder of them."""
    sources = [source_of(page.html, f"{page.name}.html") for page in pages if page.html]
    common = repetition.repeated([repetition.keys(source.text) for source in sources])
    found = (as_document(source, language.detect, repeated=common) for source in sources)
    return {document.id.removesuffix(".html"): document for document in found}


def missed_html(page: Page, read: Document) -> Missed:
    """As `missed`, of a page read as HTML; of a line of text the words that are lost."""
    mine = [
        (word.lower(), index)
        for index, line in enumerate(page.lines)
        for word in _WORD.findall(line.text)
    ]
    theirs: list[tuple[str, bool]] = []
    at = 0
    for span in (*read.boilerplate, Span(len(read.text), len(read.text))):
        for part, is_kept in ((Span(at, span.start), True), (span, False)):
            words = _WORD.findall(read.text[part.start : part.end])
            theirs += [(word.lower(), is_kept) for word in words]
        at = span.end
    matcher = difflib.SequenceMatcher(
        None, [word for word, _ in mine], [word for word, _ in theirs], autojunk=False
    )
    kept = [False] * len(mine)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            kept[block.a + offset] = theirs[block.b + offset][1]
    found: dict[int, list[tuple[str, bool]]] = {}
    for (word, index), is_kept in zip(mine, kept, strict=True):
        found.setdefault(index, []).append((word, is_kept))
    left: list[str] = []
    lost: list[tuple[str, int]] = []
    for index, line_words in found.items():
        line = page.lines[index]
        gone = [word for word, is_kept in line_words if not is_kept]
        if line.is_text and gone:
            lost.append((" ".join(gone), round(len(line.text) * len(gone) / len(line_words))))
        elif line.is_text is False and 2 * len(gone) <= len(line_words):
            left.append(line.text)
    return left, lost


def measure(
    pages: Sequence[Page],
    repeated: frozenset[int] = frozenset(),
    *,
    structure: bool = False,
    as_html: bool = False,
) -> dict[str, Counts]:
    """Counts by language, and of `both`; `as_html`, of the pages that are there as HTML."""
    counts = {name: Counts() for name in ("fr", "en", "both")}
    read = read_html(pages) if as_html else {}
    for page in pages:
        if as_html and page.name not in read:
            continue
        if as_html:
            left, lost = missed_html(page, read[page.name])
        else:
            left, lost = missed(page, repeated, structure=structure)
        text = [line.text for line in page.lines if line.is_text]
        for name in (language.detect("\n".join(text)), "both"):
            count = counts[name]
            count.pages += 1
            count.boilerplate += sum(line.is_text is False for line in page.lines)
            count.left += len(left)
            count.text += sum(map(len, text))
            count.lost += sum(size for _, size in lost)
    return counts


def main() -> None:
    """Measure folders of pages and print a table, or put it into a file."""
    parser = argparse.ArgumentParser(description="Measure the cleaning of pages.")
    parser.add_argument("--pages", type=Path, nargs="+", required=True)
    parser.add_argument("--only", default="", help="how the names of the pages begin")
    parser.add_argument("--out", type=Path, help="a Markdown file with a section `cleaning`")
    parser.add_argument("--errors", action="store_true", help="print the lines, too")
    wanted = parser.parse_args()
    rows = [
        "| pages | number | boilerplate lines left | text lost (characters) |",
        "|---|---|---|---|",
    ]
    for folder in wanted.pages:
        pages = [page for page in read_pages(folder) if page.name.startswith(wanted.only)]
        common = repetition.repeated([repetition.keys(page.text) for page in pages])
        ways = {
            "as text, alone": (frozenset[int](), False),
            "as text, with the others": (common, False),
        }
        if any(line.outside for page in pages for line in page.lines):
            ways["with structure"] = (common, True)
        for way, (repeated, structure) in ways.items():
            for name, count in measure(pages, repeated, structure=structure).items():
                rows.append(count.row(f"{folder.name}, {way}, {name}"))
        if any(page.html for page in pages):
            for name, count in measure(pages, as_html=True).items():
                rows.append(count.row(f"{folder.name}, as HTML, {name}"))
        if wanted.errors:
            read = read_html(pages)
            for page in pages:
                rows += _told(page.name, missed(page, common))
                if page.name in read:
                    rows += _told(f"{page.name} as HTML", missed_html(page, read[page.name]))
    text = "\n".join(rows)
    if wanted.out:
        sections.put(wanted.out, "cleaning", text)
    else:
        sys.stdout.write(text + "\n")


def _told(name: str, found: Missed) -> list[str]:
    left, lost = found
    return [f"{name} left {text}" for text in left] + [f"{name} LOST {text}" for text, _ in lost]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part:,} of {whole:,})" if whole else "none"


if __name__ == "__main__":
    main()
