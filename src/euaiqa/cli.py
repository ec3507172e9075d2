"""The command line: `euaiqa models | index | status | ask | search | eval | serve`.

Every error is one line with a hint; exit code 1 for what can be mended, 2 for a wrong
call, 130 when interrupted. A refusal is a normal answer.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from euaiqa import settings as settings_module
from euaiqa.datamodels import Answer, DoneEvent, SentenceEvent
from euaiqa.errors import EuaiqaError, SettingsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Ask a folder of articles; every sentence of an answer has an exact quote.",
)
models_app = typer.Typer(no_args_is_help=True, help="Fetch, verify and list the models.")
app.add_typer(models_app, name="models")

_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)


def main() -> None:
    """Run the command line and turn errors into one line with a hint."""
    try:
        app()
    except EuaiqaError as error:
        hint = f" — hint: {error.hint}" if error.hint else ""
        _err.print(f"[red]error:[/red] {escape(error.message)}{escape(hint)}")
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("interrupted")
        sys.exit(130)


@models_app.command("pull")
def models_pull() -> None:
    """Fetch the encoder and the language model, verify them, keep them in the cache."""
    from euaiqa import models, pipeline

    settings = settings_module.load()
    models.pull_all(settings, _err)
    pipeline.prepare_encoder(settings, _err)


@models_app.command("list")
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
        _out.print(
            f"[bold]{escape(row.name)}[/bold]  {row.licence}, {row.bytes / 1e6:,.0f} MB, "
            f"{state}, source: {row.source}"
        )
        _out.print(f"    {escape(str(row.path))}")
        _out.print(f"    [dim]{escape(row.note)}[/dim]")


@app.command()
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
    from euaiqa import overview, pipeline

    if full + dry_run + rollback > 1 or (warm and (dry_run or rollback)):
        raise typer.BadParameter("these options exclude each other")
    settings = settings_module.load()
    if rollback:
        manifest = pipeline.roll_back(settings)
        _out.print(
            f"Version {manifest.index_version} of {manifest.built} is current "
            f"({manifest.documents} articles); `euaiqa index` builds a new one."
        )
        return
    if dry_run:
        overview.print_changes(pipeline.changes(settings), _out)
        return
    built = pipeline.build_index(settings, _err, full=full)
    if not full and not built.embedded and not built.changes.any:
        _out.print(f"Nothing to do: {built.articles} articles are as they were.")
    if warm:
        pipeline.warm_index(settings, _err)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show how the articles, the index and the models stand, and what cannot be read."""
    from euaiqa import overview, pipeline

    told = pipeline.status(settings_module.load())
    if as_json:
        typer.echo(json.dumps(asdict(told), ensure_ascii=False, default=str))
    else:
        overview.print_status(told, _out)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="the question, in French or English")],
    language: Annotated[
        Literal["auto", "fr", "en"], typer.Option(help="language of the answer")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="print the whole reply as JSON")] = False,
) -> None:
    """Answer one question, with its quotes."""
    from euaiqa import pipeline

    if not question.strip():
        raise typer.BadParameter("the question is empty")
    settings = settings_module.load()
    pipeline.prepare(settings, _err)
    answering = pipeline.open_pipeline(settings)
    with _err.status("searching …") as status:
        for event in answering.ask(question.strip(), language=language):
            if isinstance(event, SentenceEvent) and not as_json:
                markers = "".join(f"[{marker}]" for marker in event.sentence.citations)
                _out.print(escape(f"{event.sentence.text} {markers}"))
            status.update("writing …")
            if isinstance(event, DoneEvent):
                status.stop()
                _show(event.answer, as_json=as_json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="words or a question")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="how many passages")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Find passages, without the language model."""
    from euaiqa import pipeline

    settings = settings_module.load()
    pipeline.prepare(settings, _err, language_model=False)
    found = pipeline.open_search(settings)(query, k)
    if as_json:
        from euaiqa.app.replies import PassagesReply

        typer.echo(PassagesReply.of(found).model_dump_json())
        return
    for number, passage in enumerate(found, 1):
        _out.print(f"{number}. [bold]{escape(passage.passage.title)}[/bold]  {passage.score:.4f}")
        _out.print(f"   {escape(passage.passage.text)}\n")


@app.command("eval")
def evaluate_files(
    files: Annotated[list[Path], typer.Argument(help="question files, JSONL")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="write everything that was measured here")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="write a page to look at here")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="ask questions of this kind only; may be repeated")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="ask the first so many only")] = None,
    min_correct: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="exit with 1 when fewer are correct in a language"),
    ] = None,
) -> None:
    """Ask every question of the files and report how good the answers are."""
    from euaiqa import evaluate, pipeline

    questions = evaluate.read_all(files, kinds=kind or (), limit=limit)
    for path in filter(None, (json_file, html_file)):  # before minutes of questions
        if not path.parent.is_dir():
            raise SettingsError(f"there is no folder for {path}", hint="make it first")
    settings = settings_module.load()
    pipeline.prepare(settings, _err)

    def show(result: evaluate.Result) -> None:
        colour = "green" if result.correct else "red"
        mark = f"[{colour}]{result.verdict}[/{colour}]"
        _out.print(f"{mark} {escape(result.question.id)}: {escape(result.question.question)}")
        _out.print(f"      [dim]{escape(result.answer.answer)}[/dim]")

    report = evaluate.report(evaluate.evaluate(pipeline.open_pipeline(settings), questions, show))
    _out.print()
    evaluate.print_report(report, _out)
    if json_file:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        json_file.write_text(text, encoding="utf-8")
    if html_file:
        html_file.write_text(evaluate.page(report), encoding="utf-8")
    correct = report.line("correct")
    worst = min((share.value for share in (correct.fr, correct.en) if share), default=1.0)
    if min_correct is not None and worst < min_correct:
        _err.print(f"[red]{worst:.0%} correct, less than {min_correct:.0%}[/red]")
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address; EUAIQA_HOST otherwise")] = None,
    port: Annotated[int | None, typer.Option(help="port; EUAIQA_PORT otherwise")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="take articles that are added, changed or removed")
    ] = False,
) -> None:
    """Serve the chat; builds the index first when it is missing or out of date."""
    from euaiqa import pipeline
    from euaiqa.app import feedback
    from euaiqa.app import serve as serve_app

    given = {k: v for k, v in {"host": host, "port": port}.items() if v is not None}
    settings = settings_module.load().model_copy(update=given)
    started = time.monotonic()
    # Both before minutes of downloads.
    _check_free(settings.host, settings.port)
    if settings.feedback:
        feedback.check(settings.feedback)
    pipeline.prepare(settings, _err)
    _err.print("Loading the models …")
    operations = pipeline.Reindexing(settings)

    def load() -> pipeline.Pipeline:
        ready = operations.load()
        address = f"http://{settings.host}:{settings.port}"
        _err.print(f"Ready after {time.monotonic() - started:.0f} s: [bold]{address}[/bold]")
        return ready

    serve_app(settings, load, operations, watch=watch)


def _check_free(host: str, port: int) -> None:
    """Try the address now; the server takes it later.

    Raises:
        SettingsError: another program listens there, or it is not an address of ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror or error}",
            hint="choose another port, for instance `make serve PORT=8123`",
        ) from error


def _show(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        from euaiqa.app.replies import AskReply

        typer.echo(AskReply.of(answer).model_dump_json())
        return
    if not answer.sentences:
        _out.print(escape(answer.answer))
        return
    _out.print()
    for citation in answer.citations:
        _out.print(escape(f"[{citation.marker}] « {citation.quote} »"))
        where = f"{citation.document}, {citation.start}–{citation.end}"
        _out.print(f"    [dim]{escape(citation.title)} ({escape(where)})[/dim]")
    _err.print(f"[dim]{answer.timings.total / 1000:.1f} s[/dim]")
