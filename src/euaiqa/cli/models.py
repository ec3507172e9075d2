"""The commands that fetch and list the models."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from euaiqa import settings as settings_module
from euaiqa.cli.consoles import err, out


def models_pull() -> None:
    """Fetch the encoder and the language model, verify them, keep them in the cache."""
    from euaiqa import models, pipeline

    settings = settings_module.load()
    models.pull_all(settings, err)
    pipeline.prepare_encoder(settings, err)


def models_list(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show every known model: licence, size, source, path, verified or not."""
    from euaiqa import models

    rows = models.listing(settings_module.load())
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], default=str))
        return
    for row in rows:
        state = "verified" if row.verified else "not there"
        out.print(
            f"[bold]{escape(row.name)}[/bold]  {row.licence}, {row.bytes / 1e6:,.0f} MB, "
            f"{state}, source: {row.source}"
        )
        out.print(f"    {escape(str(row.path))}")
        out.print(f"    [dim]{escape(row.note)}[/dim]")
