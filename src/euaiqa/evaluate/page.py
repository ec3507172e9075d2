"""The report as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from pathlib import Path

import jinja2

from euaiqa.evaluate import plots
from euaiqa.evaluate.report import Report
from euaiqa.evaluate.table import NOTE, points, told


def page(report: Report) -> str:
    """Render a report; everything that comes from questions and answers is escaped."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html").render(
        report=report,
        groups=plots.groups(report),
        columns=plots.columns(report),
        height=plots.HEIGHT,
        note=NOTE,
        told=told,
        points=points,
    )
