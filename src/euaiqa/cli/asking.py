"""The commands that answer: ask, search, eval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from euaiqa import settings as settings_module
from euaiqa.cli.consoles import err, out
from euaiqa.datamodels import Answer, DoneEvent, SentenceEvent
from euaiqa.errors import SettingsError


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
    pipeline.prepare(settings, err)
    answering = pipeline.open_pipeline(settings)
    with err.status("searching …") as status:
        for event in answering.ask(question.strip(), language=language):
            if isinstance(event, SentenceEvent) and not as_json:
                markers = "".join(f"[{marker}]" for marker in event.sentence.citations)
                out.print(escape(f"{event.sentence.text} {markers}"))
            status.update("writing …")
            if isinstance(event, DoneEvent):
                status.stop()
                _show(event.answer, as_json=as_json)


def search(
    query: Annotated[str, typer.Argument(help="words or a question")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="how many passages")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Find passages, without the language model."""
    from euaiqa import pipeline

    settings = settings_module.load()
    pipeline.prepare(settings, err, language_model=False)
    found = pipeline.open_search(settings)(query, k)
    if as_json:
        from euaiqa.app.replies import PassagesReply

        typer.echo(PassagesReply.of(found).model_dump_json())
        return
    for number, passage in enumerate(found, 1):
        out.print(f"{number}. [bold]{escape(passage.passage.title)}[/bold]  {passage.score:.4f}")
        out.print(f"   {escape(passage.passage.text)}\n")


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
    pipeline.prepare(settings, err)

    def show(result: evaluate.Result) -> None:
        colour = "green" if result.correct else "red"
        mark = f"[{colour}]{result.verdict}[/{colour}]"
        out.print(f"{mark} {escape(result.question.id)}: {escape(result.question.question)}")
        out.print(f"      [dim]{escape(result.answer.answer)}[/dim]")

    report = evaluate.report(evaluate.evaluate(pipeline.open_pipeline(settings), questions, show))
    out.print()
    evaluate.print_report(report, out)
    if json_file:
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        json_file.write_text(text, encoding="utf-8")
    if html_file:
        html_file.write_text(evaluate.page(report), encoding="utf-8")
    correct = report.line("correct")
    worst = min((share.value for share in (correct.fr, correct.en) if share), default=1.0)
    if min_correct is not None and worst < min_correct:
        err.print(f"[red]{worst:.0%} correct, less than {min_correct:.0%}[/red]")
        raise typer.Exit(1)


def _show(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        from euaiqa.app.replies import AskReply

        typer.echo(AskReply.of(answer).model_dump_json())
        return
    if not answer.sentences:
        out.print(escape(answer.answer))
        return
    out.print()
    for citation in answer.citations:
        out.print(escape(f"[{citation.marker}] « {citation.quote} »"))
        where = f"{citation.document}, {citation.start}–{citation.end}"
        out.print(f"    [dim]{escape(citation.title)} ({escape(where)})[/dim]")
    err.print(f"[dim]{answer.timings.total / 1000:.1f} s[/dim]")
