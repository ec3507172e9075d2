"""What asks for a new index by itself: files that change, another builder, a signal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from euaiqa.app import create_app, watching
from euaiqa.app.reindexing import Reindexing
from euaiqa.app.service import Service
from euaiqa.documents import keep
from euaiqa.errors import IndexError_
from euaiqa.settings import Settings
from fakes_operations import STATUS, FakeOperations
from fakes_pipeline import FakePipeline

SETTLE = 0.12


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLE", SETTLE)
    monkeypatch.setattr(watching, "PATIENCE", 1.0)
    monkeypatch.setattr(watching, "LOOK", 0.12)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


def until(true: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def quiet(operations: FakeOperations, runs: int) -> None:
    """No further run comes."""
    time.sleep(4 * SETTLE)
    assert operations.runs == runs


@contextmanager
def watching_server(
    folder: Path, operations: FakeOperations, runs: int = 1
) -> Iterator[TestClient]:
    """A server that has looked at its folder once, as it does when it begins to watch."""
    settings = Settings(seeds=folder, index=folder.parent / "index", admin_key="k")
    app = create_app(settings, FakePipeline, operations, watch=True)
    headers = {"Authorization": "Bearer k"}
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        until(lambda: operations.runs == runs)
        until(lambda: client.get("/admin/reindex").json()["state"] != "running")
        yield client


@pytest.mark.parametrize("polling", ["", "1"], ids=["told", "polling"])
def test_watch_takes_files_that_are_added_changed_and_removed(
    folder: Path, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch, polling: str
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polling)
    with watching_server(folder, operations) as client:
        time.sleep(0.5 if polling else 0)  # until it has looked once
        (folder / "sub").mkdir()
        (folder / "a.txt").write_text("Un.")
        until(lambda: operations.runs >= 2)
        until(lambda: client.get("/health").json()["index_version"] == f"index-{operations.runs}")
        acts = (
            lambda: (folder / "sub" / "deep").mkdir(parents=True),
            lambda: (folder / "sub" / "deep" / "b.txt").write_text("Deux."),
            lambda: (folder / "a.txt").rename(folder / "sub" / "c.txt"),
            lambda: shutil.rmtree(folder / "sub"),
        )
        for act in acts[-1:] if polling else acts:
            time.sleep(3 * SETTLE)
            before = operations.runs
            act()
            until(lambda before=before: operations.runs > before)  # type: ignore[misc]
        time.sleep(3 * SETTLE)
        quiet(operations, operations.runs)


def test_watch_waits_until_a_copy_is_complete(
    folder: Path, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watching_server(folder, operations), (folder / "big.txt").open("w") as file:
        monkeypatch.setattr(watching, "SETTLE", 0.4)
        monkeypatch.setattr(watching, "PATIENCE", 9)
        for _ in range(10):
            file.write("x" * 1000)
            file.flush()
            time.sleep(0.1)
            assert operations.runs == 1
        file.close()
        until(lambda: operations.runs == 2)
        quiet(operations, 2)


def test_watch_does_not_wait_for_ever_for_a_folder_that_never_rests(
    folder: Path, operations: FakeOperations
) -> None:
    with watching_server(folder, operations):
        began = time.monotonic()
        while operations.runs == 1:
            (folder / "log.txt").write_text(str(time.monotonic()))
            time.sleep(SETTLE / 4)
            assert time.monotonic() - began < 8
        assert time.monotonic() - began > 0.9


def test_watch_passes_over_hidden_files_and_the_index(
    folder: Path, operations: FakeOperations
) -> None:
    settings = Settings(seeds=folder, index=folder / "index")
    settings.index.mkdir()
    app = create_app(settings, FakePipeline, operations, watch=True)
    with TestClient(app):
        until(lambda: operations.runs == 1)
        (folder / ".a.txt.swp").write_text("x")
        (folder / ".git").mkdir()
        (folder / ".git" / "HEAD").write_text("x")
        (settings.index / "vectors").write_text("x")
        quiet(operations, 1)
        (folder / "a.txt").write_text("x")
        until(lambda: operations.runs == 2)
        keep(folder, "a.txt", "x")  # what a person keeps is hidden, and matters
        until(lambda: operations.runs == 3)


def test_watch_survives_its_folder_being_removed_and_made_again(
    folder: Path, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    with watching_server(folder, operations):
        before = operations.runs
        shutil.rmtree(folder)
        until(lambda: operations.runs > before)
        time.sleep(5 * SETTLE)
        assert operations.runs <= before + 2
        before = operations.runs
        folder.mkdir()
        until(lambda: operations.runs > before)
        time.sleep(2.5 * SETTLE)
        before = operations.runs
        (folder / "a.txt").write_text("x")
        until(lambda: operations.runs > before)
        # At once, so that the new folder may have the old one's number.
        before = operations.runs
        shutil.rmtree(folder)
        folder.mkdir()
        until(lambda: operations.runs > before)
        time.sleep(4 * SETTLE)
        before = operations.runs
        (folder / "b.txt").write_text("x")
        until(lambda: operations.runs > before)
    assert caplog.text.count("seeds is not watched") <= 3


def test_watch_survives_its_folder_being_replaced(folder: Path, operations: FakeOperations) -> None:
    with watching_server(folder, operations):
        folder.rename(folder.parent / "old")
        folder.mkdir()
        until(lambda: operations.runs > 1)
        time.sleep(4 * SETTLE)
        before = operations.runs
        (folder / "b.txt").write_text("x")
        until(lambda: operations.runs > before)


def test_watch_of_a_folder_that_cannot_be_watched_neither_spins_nor_ends(
    folder: Path,
    operations: FakeOperations,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    import watchfiles

    real = watchfiles.awatch
    tried: list[float] = []

    def refusing(*paths: Path, **options: Any) -> Any:
        if paths[0] == folder:
            tried.append(time.monotonic())
            if len(tried) <= 4:
                raise [PermissionError("denied"), RuntimeError("no more watches")][len(tried) // 3]
        return real(*paths, **options)

    monkeypatch.setattr(watchfiles, "awatch", refusing)
    with watching_server(folder, operations):
        (folder / "b.txt").write_text("x")
        until(lambda: operations.runs == 2)
    assert len(tried) == 5
    assert tried[4] - tried[0] > 4 * 0.1
    assert caplog.text.count("denied") == caplog.text.count("no more watches") == 1


def test_watch_takes_an_index_that_another_program_built(
    folder: Path, operations: FakeOperations
) -> None:
    index = folder.parent / "index"
    with watching_server(folder, operations) as client:
        # The folder of the index may come later, too.
        operations.to_take.append(FakePipeline(index_version="theirs"))
        index.mkdir()
        (index / "CURRENT").write_text("v1")
        until(lambda: client.get("/health").json()["index_version"] == "theirs")
        until(lambda: not operations.to_take)
        time.sleep(3 * SETTLE)
        taken = operations.taken
        (index / "vectors").write_text("x")  # being built
        time.sleep(3 * SETTLE)
        assert operations.taken == taken
        operations.to_take.append(FakePipeline(index_version="put back"))
        (index / "next").write_text("v0")
        (index / "next").replace(index / "CURRENT")
        until(lambda: client.get("/health").json()["index_version"] == "put back")
        assert operations.runs == 1


def test_watch_index_that_cannot_be_taken_is_left(
    folder: Path, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    index = folder.parent / "index"
    index.mkdir()
    operations.to_take.append(IndexError_("damaged", hint="build it again"))
    with watching_server(folder, operations) as client:
        until(lambda: "damaged (hint: build it again)" in caplog.text)
        served = client.get("/health").json()["index_version"]
        operations.to_take.append(FakePipeline(index_version="good"))
        (index / "CURRENT").write_text("v2")
        until(lambda: client.get("/health").json()["index_version"] == "good" != served)


def test_watch_what_failed_while_another_built_is_done_after_it(
    folder: Path, operations: FakeOperations
) -> None:
    index = folder.parent / "index"
    index.mkdir()
    with watching_server(folder, operations) as client:
        time.sleep(3 * SETTLE)
        operations.script.append(IndexError_("another program builds it"))
        (folder / "a.txt").write_text("x")
        until(lambda: client.get("/admin/reindex").json()["state"] == "failed")
        quiet(operations, 2)
        (index / "CURRENT").write_text("v2")
        until(lambda: client.get("/admin/reindex").json()["state"] == "done")
        assert operations.runs == 3


def test_watch_failure_that_repeats_itself_is_logged_once(
    folder: Path, operations: FakeOperations, caplog: pytest.LogCaptureFixture
) -> None:
    with watching_server(folder, operations) as client:
        time.sleep(3 * SETTLE)
        operations.script.extend([IndexError_("nothing to index")] * 3)
        for runs in (2, 3):
            (folder / "a.txt").write_text(str(runs))
            until(lambda runs=runs: operations.runs == runs)  # type: ignore[misc]
            until(lambda: client.get("/admin/reindex").json()["state"] == "failed")
        assert caplog.text.count("nothing to index") == 1
        client.post("/admin/reindex")  # who asks is told
        until(lambda: caplog.text.count("nothing to index") == 2)


def test_watch_keeps_a_version_that_was_put_back_until_it_is_asked(
    folder: Path, operations: FakeOperations
) -> None:
    with watching_server(folder, operations) as client:
        operations.told = replace(STATUS, held=True)
        (folder / "a.txt").write_text("x")
        quiet(operations, 1)
        assert client.get("/admin/reindex").json()["state"] == "idle"
        client.post("/admin/reindex")
        until(lambda: operations.runs == 2)


def test_signal_takes_a_version_that_was_put_back(operations: FakeOperations) -> None:
    operations.told = replace(STATUS, held=True)
    operations.to_take.append(FakePipeline(index_version="put back"))

    async def signalled() -> str:
        service = Service(Settings(), FakePipeline)
        service.start()
        await service.loaded.wait()
        jobs = Reindexing(service, operations)
        jobs.request("signal")
        while jobs.job.active:
            await asyncio.sleep(0.01)
        await service.close()
        return service.pipeline().index_version

    assert asyncio.run(signalled()) == "put back"
    assert operations.runs == 0


def test_watch_stops_with_the_server(folder: Path, operations: FakeOperations) -> None:
    with watching_server(folder, operations):
        began = time.monotonic()
        threads = threading.active_count()
    assert time.monotonic() - began < 2
    assert threading.active_count() <= threads


def test_settling_acts_once_and_never_after_it_was_stopped() -> None:
    acted: list[float] = []

    async def changing() -> None:
        settling = watching.Settling(lambda: acted.append(time.monotonic()))
        for _ in range(5):
            settling.changed()
            await asyncio.sleep(0.05)
        await asyncio.sleep(2 * SETTLE)
        assert len(acted) == 1
        settling.changed()
        settling.stop()
        await asyncio.sleep(2 * SETTLE)
        assert len(acted) == 1

    asyncio.run(changing())


# Signals, to a process of its own

SERVER = """
import sys, threading
from euaiqa.app import serve
from euaiqa.settings import Settings
from fakes_operations import FakeOperations
from fakes_pipeline import FakePipeline
gate = threading.Event() if "stuck" in sys.argv else None
serve(Settings(admin_key="k"), FakePipeline, FakeOperations(gate=gate))
"""
needs_hangup = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")


@contextmanager
def process(
    *arguments: str, stdin: int = subprocess.DEVNULL, prefix: tuple[str, ...] = (), **options: Any
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tests = Path(__file__).parent
    path = f"{tests}{os.pathsep}{tests.parent / 'src'}"
    server = subprocess.Popen(
        [*prefix, sys.executable, "-c", SERVER, *arguments],
        env={**os.environ, "PYTHONPATH": path, "EUAIQA_PORT": str(port)},
        stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    headers = {"Authorization": "Bearer k"}
    try:
        with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:

            def ready() -> bool:
                assert server.poll() is None, server.communicate()
                with contextlib.suppress(httpx.TransportError):
                    return client.get("/health").status_code == 200
                return False

            until(ready, 20)
            yield server, client
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


def state(client: httpx.Client) -> tuple[int | None, str]:
    told = client.get("/admin/reindex").json()
    return told["job"], told["state"]


@needs_hangup
def test_signal_asks_for_a_new_index_and_ends_nothing() -> None:
    with process(start_new_session=True) as (server, client):
        for number in (1, 2):
            server.send_signal(signal.SIGHUP)
            until(lambda number=number: state(client) == (number, "done"))  # type: ignore[misc]
        assert client.get("/health").json()["index_version"] == "index-2"
        server.send_signal(signal.SIGTERM)
        # A person at the terminal is told in a line, without the key or a path.
        told = server.communicate(timeout=10)[1]
        assert told.count("is served now: 2 added, 1 changed, 0 removed, 2 files left out") == 2
        assert "scan.pdf" not in told and len(told.splitlines()) == 2


PREPARING = """
import sys, time
from euaiqa import app
from euaiqa.settings import Settings
def prepare(*_):
    print("preparing", flush=True)
    sys.stdin.readline()
    raise SystemExit(7)
app.create_app = prepare
app.serve(Settings(), lambda: None)
"""


def preparing(*prefix: str) -> subprocess.Popen[str]:
    path = str(Path(__file__).parent.parent / "src")
    server = subprocess.Popen(
        [*prefix, sys.executable, "-c", PREPARING], env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert server.stdout
    assert server.stdout.readline() == "preparing\n"
    return server


@needs_hangup
def test_signal_to_a_server_that_prepares_ends_nothing() -> None:
    with preparing() as server:
        server.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert server.poll() is None
        server.communicate("\n", timeout=5)
        assert server.returncode == 7


def on_terminal(slave: int, ignored: bool = False, first: str = "") -> tuple[str, ...]:
    """What runs the words after it on a terminal of their own, hangups as they are there.

    These tests may themselves be run with hangups ignored, which a process inherits.
    """
    code = (
        f"import os, signal, sys; {first} os.open(sys.argv[1], os.O_RDWR); "
        f"signal.signal(signal.SIGHUP, signal.{'SIG_IGN' if ignored else 'SIG_DFL'}); "
        "os.execv(sys.argv[2], sys.argv[2:])"
    )
    return sys.executable, "-c", code, os.ttyname(slave)


@needs_hangup
def test_closing_the_terminal_ends_a_server_that_prepares() -> None:
    master, slave = pty.openpty()
    with preparing(*on_terminal(slave)) as server:
        os.close(slave)
        os.close(master)
        assert server.wait(5) == -signal.SIGHUP


@needs_hangup
def test_signal_to_stop_interrupts_a_run() -> None:
    with process("stuck", start_new_session=True) as (server, client):
        server.send_signal(signal.SIGHUP)
        until(lambda: state(client) == (1, "running"))
        began = time.monotonic()
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=10)
        assert time.monotonic() - began < 4


@needs_hangup
@pytest.mark.parametrize("ignored", [False, True], ids=["plain", "nohup"])
def test_closing_the_terminal_ends_the_server_unless_told_not_to(ignored: bool) -> None:
    master, slave = pty.openpty()
    with process(stdin=slave, prefix=on_terminal(slave, ignored, "os.setsid();")) as (
        server,
        client,
    ):
        server.send_signal(signal.SIGHUP)
        until(lambda: state(client) == (1, "done"))  # it is there, so this is an operator's
        os.close(slave)
        os.close(master)
        if ignored:
            time.sleep(0.5)
            assert server.poll() is None and state(client) == (1, "done")
        else:
            server.wait(10)


def test_hangup_in_another_thread_than_the_main_one_changes_nothing() -> None:
    from euaiqa.app.hangups import on_hangup

    before = signal.getsignal(signal.SIGTERM)

    async def entered() -> AsyncIterator[None]:
        with on_hangup(lambda: None):
            yield

    async def through() -> None:
        async for _ in entered():
            pass

    thread = threading.Thread(target=lambda: asyncio.run(through()))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
