"""The hub as a source, against a server on loopback that misbehaves in each way."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from euaiqa.errors import ModelFetchFailed
from euaiqa.models.progress import Silent
from euaiqa.models.sources import HubSource
from fakes_models import REVISION, WEIGHTS, FakeHub, fake_hub, tiny_model

MODEL = tiny_model()
URL = f"/owner/tiny/resolve/{REVISION}/tiny.gguf"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as server:
        server.carry(MODEL)
        yield server


def fetch(endpoint: str, target: Path, **options: float) -> None:
    variant = MODEL.variants[0]
    source = HubSource(endpoint, **({"pause": 0} | options))
    source.fetch(variant, variant.files[0], target, Silent())


def test_fetch_right_bytes_asks_for_the_pinned_revision(hub: FakeHub, tmp_path: Path) -> None:
    fetch(hub.address + "/", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    assert [path for path, _ in hub.requests] == [URL]


def test_fetch_with_a_token_in_the_environment_never_sends_it(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    fetch(hub.address, tmp_path / "x")
    assert "secret" not in str(hub.requests)


def test_fetch_dropped_connections_goes_on_where_each_stopped(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops = 2
    fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    half, quarter = len(WEIGHTS) // 2, len(WEIGHTS) // 4
    assert hub.asked_ranges == [None, f"bytes={half}-", f"bytes={half + quarter}-"]


def test_fetch_after_an_earlier_run_asks_only_for_the_rest(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(WEIGHTS[:1000])
    fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    assert hub.asked_ranges == ["bytes=1000-"]


def test_fetch_whole_file_there_asks_nothing(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(WEIGHTS)
    fetch(hub.address, tmp_path / "x")
    assert hub.requests == []


def test_fetch_server_without_ranges_begins_anew(hub: FakeHub, tmp_path: Path) -> None:
    hub.ranges = False
    (tmp_path / "x").write_bytes(b"something else")
    fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS


def test_fetch_redirect_keeps_the_range(hub: FakeHub, tmp_path: Path) -> None:
    hub.files["/store"] = hub.files.pop(URL)
    hub.redirects[URL] = hub.address + "/store?signed=1"
    hub.files["/store?signed=1"] = hub.files.pop("/store")
    (tmp_path / "x").write_bytes(WEIGHTS[:1000])
    fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    assert hub.asked_ranges == ["bytes=1000-"] * 2


def test_fetch_absent_file_fails_with_the_status(hub: FakeHub, tmp_path: Path) -> None:
    hub.files.clear()
    with pytest.raises(ModelFetchFailed, match="404 Not Found for tiny"):
        fetch(hub.address, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_fetch_too_many_bytes_fails_before_they_fill_the_disk(hub: FakeHub, tmp_path: Path) -> None:
    hub.carry(MODEL, WEIGHTS * 3)
    with pytest.raises(ModelFetchFailed, match="more than"):
        fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").stat().st_size <= len(WEIGHTS)


def test_fetch_connection_that_always_breaks_gives_up(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops = 1000
    with pytest.raises(ModelFetchFailed, match="broke 8 times"):
        fetch(hub.address, tmp_path / "x")
    assert (tmp_path / "x").stat().st_size > 0  # a later run goes on from here


def test_fetch_closed_port_fails_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    begun = time.monotonic()
    with pytest.raises(ModelFetchFailed, match=address):
        fetch(address, tmp_path / "x")
    assert time.monotonic() - begun < 2


def test_fetch_server_that_never_answers_fails_after_the_silence(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(ModelFetchFailed, match="does not answer"):
            fetch(address, tmp_path / "x", silence=0.2)
        assert time.monotonic() - begun < 2


def test_hub_source_by_default_waits_seconds_not_minutes() -> None:
    from euaiqa.models import sources

    assert sources._CONNECT_SECONDS <= 5
    assert sources._SILENCE_SECONDS <= 15


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/x", "http://127.0.0.1:99999"])
def test_fetch_address_that_is_none_fails_with_a_reason(address: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFetchFailed, match=r"nonsense|ftp|99999"):
        fetch(address, tmp_path / "x")
