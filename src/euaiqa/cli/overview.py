"""How the articles, the index and the models stand, printed for an operator.

Takes the values of `euaiqa.operations`; writes lines to a console. It looks at nothing itself.
"""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.markup import escape

from euaiqa.operations import Changes, Status

LANGUAGES = {"fr": "French", "en": "English"}
_NAMES = 12  # characters of what stands before each line


def print_status(status: Status, out: Console) -> None:
    """Print all of a status, the articles' files by name."""
    counts = ", ".join(
        f"{n:,} {LANGUAGES[language]}"
        for language, n in sorted(status.languages.items(), key=lambda each: -each[1])
    )
    twins = f"; {status.twins:,} reprint one another" if status.twins else ""
    _line(out, "Articles", f"{status.articles:,}{': ' if counts else ''}{counts}{twins}")
    years: Counter[str] = Counter()
    for month, n in status.months.items():
        years[month[:4]] += n
    if years:
        told = (f"{year or 'undated'}: {years[year]:,}" for year in sorted(years, reverse=True))
        _line(out, "", ", ".join(told))
    _print_index(status, out)
    for number, model in enumerate(status.models):
        there = "verified" if model.there else "[yellow]not there[/yellow] — `euaiqa models pull`"
        told_of = f"{model.licence}, {model.bytes / 1e6:,.0f} MB"
        _line(out, "" if number else "Models", f"{escape(f'{model.name}: {told_of}')}, {there}")
    if status.changes.any:
        _line(out, "Changes", "`euaiqa index` would take them:")
    elif status.index_version:
        _line(out, "Changes", "none: the index holds what the folder does")
    print_changes(status.changes, out)


def _print_index(status: Status, out: Console) -> None:
    if not status.index_version:
        _line(out, "Index", "[yellow]none yet[/yellow] — `euaiqa index` builds one")
        return
    built = f", built {status.built.astimezone():%Y-%m-%d %H:%M}" if status.built else ""
    _line(out, "Index", escape(f"version {status.index_version}{built}"))
    if status.held:
        _line(out, "", "[yellow]put back by hand[/yellow] — `euaiqa index` builds a new one")
    told = f"{status.passages:,} passages, {status.sentences:,} sentences"
    kinds = f"encoder: {status.encoder}, vector search: {status.dense}"
    _line(out, "", escape(f"{told}, {status.bytes / 1e6:,.1f} MB; {kinds}"))
    if status.previous:
        _line(out, "", escape(f"before: {status.previous} — `euaiqa index --rollback`"))


def print_changes(changes: Changes, out: Console) -> None:
    """Print what a new index would change, and the files that cannot be read, then counts."""
    for mark, ids in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        for id_ in ids:
            out.print(f"{mark} {escape(id_)}")
    for problem in changes.problems:
        remedy = f" — {problem.remedy}" if problem.remedy else ""
        out.print(f"! {escape(problem.document)}: {escape(problem.reason + remedy)}")
    out.print(
        f"{len(changes.added)} new, {len(changes.changed)} changed, {len(changes.removed)} gone, "
        f"{changes.unchanged + len(changes.kept)} as before, "
        f"{len(changes.problems)} that cannot be read."
    )


def _line(out: Console, name: str, markup: str) -> None:
    out.print(f"[bold]{name:<{_NAMES}}[/bold]{markup}")
