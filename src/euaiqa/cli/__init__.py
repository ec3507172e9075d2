"""The command line: `euaiqa models | add | keep | index | status | ask | search | eval | serve`.

Every error is one line with a hint; exit code 1 for what can be mended, 2 for a wrong
call, 130 when interrupted. A refusal is a normal answer.
"""

from __future__ import annotations

import sys

import typer
from rich.markup import escape

from euaiqa.cli import articles, asking, models, serving
from euaiqa.cli.consoles import err
from euaiqa.errors import EuaiqaError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Ask a folder of articles; every sentence of an answer has an exact quote.",
)
models_app = typer.Typer(no_args_is_help=True, help="Fetch, verify and list the models.")
app.add_typer(models_app, name="models")
models_app.command("pull")(models.models_pull)
models_app.command("list")(models.models_list)
app.command("serve")(serving.serve)
app.command("ask")(asking.ask)
app.command("search")(asking.search)
app.command("add")(articles.add)
app.command("index")(articles.index)
app.command("status")(articles.status)
app.command("keep")(articles.keep)
app.command("eval")(asking.evaluate_files)


def main() -> None:
    """Run the command line and turn errors into one line with a hint."""
    try:
        app()
    except EuaiqaError as error:
        hint = f" — hint: {error.hint}" if error.hint else ""
        err.print(f"[red]error:[/red] {escape(error.message)}{escape(hint)}")
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(130)
