"""The report on a terminal: one line a measure, then kinds and times."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from euaiqa.evaluate.report import Difference, Report, Share

NOTE = (
    "In brackets 95 % bootstrap intervals over questions; one of no width at 0 or 100 % only tells "
    "that none was otherwise: with n questions up to 3/n may be."
)


def print_report(report: Report, console: Console) -> None:
    """Print a report; what was not counted is left out."""
    console.print(Text(f"{report.questions} questions, {report.model}, {report.encoder}"))
    table = Table("", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("French", "English", "fr − en", "all"):
        table.add_column(name, justify="right", no_wrap=True)  # the label gives way: 80 columns
    for line in report.lines:
        cells = (told(line.fr), told(line.en), points(line.difference), told(line.all))
        if line.all:
            table.add_row(
                Text(f"{line.label} {'↑' if line.better == 'high' else '↓'}"),
                *(Text(cell.replace(" [", "\n[")) for cell in cells),
            )
    console.print(table)
    if report.kinds:
        kinds = Table("kind", "questions", "right", "citation recall", box=SIMPLE_HEAD)
        for kind in report.kinds:
            row = (kind.kind, str(kind.questions), told(kind.right), told(kind.citation_recall))
            kinds.add_row(*map(Text, row))
        console.print(kinds)
    times = Table("stage", "questions", "median", "p95", box=SIMPLE_HEAD)
    for time in report.times:
        times.add_row(
            time.stage, str(time.questions), f"{time.median:,.0f} ms", f"{time.p95:,.0f} ms"
        )
    console.print(times)
    console.print(Text(NOTE, style="dim"))


def told(share: Share | None) -> str:
    """A share for people: `90 % 54/60 [82, 97]`."""
    if share is None:
        return "–"
    return (
        f"{100 * share.value:.0f} % {share.numerator}/{share.denominator} "
        f"[{100 * share.low:.0f}, {100 * share.high:.0f}]"
    )


def points(difference: Difference | None) -> str:
    """A difference for people, in points of a hundred, with its sign."""
    if difference is None:
        return "–"
    value, low, high = (
        f"{100 * v:+.0f}" for v in (difference.value, difference.low, difference.high)
    )
    return f"{value} [{low}, {high}]"
