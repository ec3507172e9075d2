"""Sections of a Markdown file that programs write, between two marks each."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, name: str, text: str) -> None:
    """Put a section into a file, in the place of its older self or at the end.

    Args:
        path: the file; made when missing.
        name: of the section, in its marks.
        text: without them.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->\n"
    old = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    before, mark, rest = old.partition(begin)
    after = rest.partition(end)[2]
    if not mark:
        before = old.rstrip("\n") + "\n\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
    path.write_text(whole, encoding="utf-8")
