"""How much boilerplate is left, and how much text lost, on labelled pages.

    python -m benchmarks.cleaning --pages FOLDER… [--only test_] [--out docs/quality.md]

Takes folders of pages labelled line by line (tests/data/pages/README.md tells the format), gives a
table for each folder. Boilerplate left is counted in lines, text lost in characters; a page's
structure counts where its labels tell it. The pages of one folder are read as one set of
articles, so that what their sites repeat counts, too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import sections
from euaiqa import language
from euaiqa.datamodels import Span
from euaiqa.documents import boilerplate, repetition

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
    """A labelled page."""

    name: str
    lines: tuple[Labelled, ...]

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
        found.append(Page(path.stem, tuple(line for line in lines if line.text)))
    return found


def missed(
    page: Page, repeated: frozenset[int] = frozenset(), *, structure: bool = False
) -> tuple[list[str], list[str]]:
    """Lines of boilerplate that are left, and lines of text that are lost."""
    spans = list(page.spans())
    outside = [
        span for span, line in zip(spans, page.lines, strict=True) if structure and line.outside
    ]
    found = boilerplate.find(page.text, outside=outside, repeated=repeated)
    left, lost = [], []
    for span, line in zip(spans, page.lines, strict=True):
        out = any(each.start <= span.start and span.end <= each.end for each in found)
        if line.is_text and out:
            lost.append(line.text)
        elif line.is_text is False and not out:
            left.append(line.text)
    return left, lost


def measure(
    pages: Sequence[Page], repeated: frozenset[int] = frozenset(), *, structure: bool = False
) -> dict[str, Counts]:
    """Counts by language, and of `both`."""
    counts = {name: Counts() for name in ("fr", "en", "both")}
    for page in pages:
        left, lost = missed(page, repeated, structure=structure)
        text = [line.text for line in page.lines if line.is_text]
        for name in (language.detect("\n".join(text)), "both"):
            count = counts[name]
            count.pages += 1
            count.boilerplate += sum(line.is_text is False for line in page.lines)
            count.left += len(left)
            count.text += sum(map(len, text))
            count.lost += sum(map(len, lost))
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
        if wanted.errors:
            for page in pages:
                left, lost = missed(page, common)
                rows += [f"{page.name} left {text}" for text in left]
                rows += [f"{page.name} LOST {text}" for text in lost]
    text = "\n".join(rows)
    if wanted.out:
        sections.put(wanted.out, "cleaning", text)
    else:
        sys.stdout.write(text + "\n")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part:,} of {whole:,})" if whole else "none"


if __name__ == "__main__":
    main()
