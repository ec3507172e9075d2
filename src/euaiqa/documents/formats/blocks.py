"""From a tree of elements to the lines that a reader sees.

Takes the tree of `dom` and gives its blocks in order: a paragraph, a heading, an entry of a
list, a row of a table, each with what is known of its place. A cell or an entry that holds
paragraphs of its own gives these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from euaiqa.documents.formats.found import collapsed

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd",
    "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre",
    "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_CELLS = frozenset({"td", "th"})
MARK = "data-block"  # the attribute that names the block an element owns


@dataclass(slots=True)
class Block:
    """Text that a browser shows as lines of its own.

    `owner` is the innermost block element around it, `linked` how many of its characters are
    in links; `text` may hold newlines (`<br>`, `<pre>`).
    """

    owner: Any
    text: str
    linked: int = 0
    close: bool = False
    row: list[str] = field(default_factory=list)


def blocks(root: Any) -> list[Block]:
    """The blocks of a tree in the order of the page, none of them blank."""
    return [block for block in _Walk().walk(root) if block.text]


class _Walk:
    """One walk over a tree: pieces of text gather until a block begins or ends."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._linked = 0
        self._links = 0  # how many links are open
        self._verbatim = 0  # how many <pre>
        self._owners: list[Any] = []
        self._row: Block | None = None

    def walk(self, root: Any) -> Iterator[Block]:
        from lxml import etree

        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag
            if not isinstance(tag, str):  # an entity that is not followed, a comment
                self._text(element.tail)
                continue
            if event == "start":
                yield from self._start(element, tag)
            else:
                yield from self._end(element, tag)
                self._text(element.tail if element is not root else None)

    def _start(self, element: Any, tag: str) -> Iterator[Block]:
        if tag in _BLOCKS:
            yield from self._flush()
            self._owners.append(element)
            if tag == "tr" and self._row is None and _is_plain_row(element):
                self._row = Block(element, "")
            self._verbatim += tag == "pre"
        elif tag == "br":
            self._pieces.append("\n")
        self._links += tag == "a" or tag == "button"
        self._text(element.text)

    def _end(self, element: Any, tag: str) -> Iterator[Block]:
        self._links -= tag == "a" or tag == "button"
        if tag not in _BLOCKS:
            return
        yield from self._flush()
        self._owners.pop()
        self._verbatim -= tag == "pre"
        if self._row is not None and self._row.owner is element:
            row, self._row = self._row, None
            row.text = " | ".join(row.row)
            row.close = element.getprevious() is not None
            yield row

    def _text(self, text: str | None) -> None:
        if not text:
            return
        shown = text if self._verbatim else collapsed(text)
        self._pieces.append(shown)
        if self._links:
            self._linked += len(shown.strip())

    def _flush(self) -> Iterator[Block]:
        pieces, linked = "".join(self._pieces), self._linked
        self._pieces, self._linked = [], 0
        lines = [line.rstrip(" \t") for line in pieces.split("\n")]
        if not self._verbatim:
            lines = [collapsed(line).strip(" ") for line in lines]
        text = "\n".join(lines).strip("\n ")
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        if not text.strip() or not self._owners:
            return
        owner = self._owners[-1]
        if self._row is not None:
            self._row.row.append(text.replace("\n", " "))
            self._row.linked += linked
            return
        entry = next((e for e in reversed(self._owners) if e.tag in ("li", "dd", "dt")), None)
        close = False
        if entry is not None and not entry.get(MARK + "-begun"):
            entry.set(MARK + "-begun", "1")
            close = entry.getprevious() is not None
            text = f"- {text}" if entry.tag == "li" else text
        yield Block(owner, text, linked, close)


def _is_plain_row(row: Any) -> bool:
    """A row of a table of values: two cells or more, and no paragraphs side by side in them."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    if len(cells) < 2:
        return False
    return all(
        sum(1 for inner in cell.iter() if inner.tag in _BLOCKS and inner is not cell) <= 1
        for cell in cells
    )
