"""The command that serves the chat."""

from __future__ import annotations

import socket
import time
from typing import Annotated

import typer

from euaiqa import settings as settings_module
from euaiqa.cli.consoles import err
from euaiqa.errors import SettingsError


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
    pipeline.prepare(settings, err)
    err.print("Loading the models …")
    operations = pipeline.Reindexing(settings)

    def load() -> pipeline.Pipeline:
        ready = operations.load()
        address = f"http://{settings.host}:{settings.port}"
        err.print(f"Ready after {time.monotonic() - started:.0f} s: [bold]{address}[/bold]")
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
