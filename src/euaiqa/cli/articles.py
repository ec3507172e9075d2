"""The commands about the articles and their index: add, keep, index, status."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from euaiqa import settings as settings_module
from euaiqa.cli import overview
from euaiqa.cli.consoles import err, out


def add(
    what: Annotated[str, typer.Argument(help="a file, or an address of the web")],
    title: Annotated[str, typer.Option(help="its title, where it tells none or another")] = "",
    date: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day of publication")
    ] = None,
    outlet: Annotated[str, typer.Option(help="who published it")] = "",
    language: Annotated[
        Literal["auto", "fr", "en"], typer.Option(help="language of the article")
    ] = "auto",
    name: Annotated[str, typer.Option("--as", help="name of the file in the folder")] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="keep what a page has around the article, too")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="replace the one there")] = False,
) -> None:
    """Put an article into the folder: a copy of a file, or a page of the web."""
    from euaiqa.documents import adding
    from euaiqa.language import detect

    given = adding.Given(
        title, date.date() if date else None, outlet, None if language == "auto" else language, name
    )
    seeds = settings_module.load().seeds
    added = adding.add(what, seeds, detect, given, whole=whole, replace=replace)
    out.print(f"{'Replaced' if added.replaced else 'Added'} [bold]{escape(added.path.name)}[/bold]")
    for label, value in added.rows():
        out.print(f"  {label:9}{escape(value)}")
    out.print("Next: run `euaiqa index`; a running server with --watch takes it by itself.")


def keep(
    document: Annotated[str, typer.Argument(help="the article's file, as the pages name it")],
    beginning: Annotated[str, typer.Argument(help="how the line that was left out begins")] = "",
    every: Annotated[bool, typer.Option("--all", help="all lines that begin so")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="let the rules decide again")] = False,
) -> None:
    """Keep lines of an article that were left out of the index; lists them when none is named."""
    from euaiqa import documents
    from euaiqa.documents import choosing
    from euaiqa.language import detect

    seeds = settings_module.load().seeds
    if Path(document).exists() and Path(document).resolve().is_relative_to(seeds.resolve()):
        document = Path(document).resolve().relative_to(seeds.resolve()).as_posix()
    kept = documents.read_kept(seeds).get(document, frozenset())
    lines = sorted(kept) if undo else choosing.left_out(seeds, document, detect)
    if not lines:
        err.print("Nothing of it is left out." if not undo else "None of its lines is kept.")
    if not beginning and not every:
        for number, line in enumerate(lines, 1):
            out.print(escape(f"{number}. {line}"))
        return
    for line in choosing.chosen(lines, beginning, every=every):
        (documents.unkeep if undo else documents.keep)(seeds, document, line)
        out.print(escape(f"{'as the rules say' if undo else 'kept'}: {line}"))
    err.print("Run `euaiqa index`, or start the server again, and it counts.")


def index(
    full: Annotated[
        bool, typer.Option("--full", help="read, cut and embed everything anew")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="tell what would change, and change nothing")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="put the version before this one back")
    ] = False,
    warm: Annotated[
        bool, typer.Option("--warm", help="let the language model read all passages, too: minutes")
    ] = False,
) -> None:
    """Bring the index up to date with the articles, and swap it in."""
    from euaiqa import pipeline

    if full + dry_run + rollback > 1 or (warm and (dry_run or rollback)):
        raise typer.BadParameter("these options exclude each other")
    settings = settings_module.load()
    if rollback:
        manifest = pipeline.roll_back(settings)
        out.print(
            f"Version {manifest.index_version} of {manifest.built} is current "
            f"({manifest.documents} articles); `euaiqa index` builds a new one."
        )
        return
    if dry_run:
        overview.print_changes(pipeline.changes(settings), out)
        return
    built, new = pipeline.build_index(settings, err, full=full)
    if not new:
        out.print(f"Nothing to do: {built.articles} articles are as they were.")
    if warm:
        pipeline.warm_index(settings, err)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show how the articles, the index and the models stand, and what cannot be read."""
    from euaiqa import pipeline

    told = pipeline.status(settings_module.load())
    if as_json:
        typer.echo(json.dumps(asdict(told), ensure_ascii=False, default=str))
    else:
        overview.print_status(told, out)
