"""Cells on disk: what comes back, what never does, and what goes first."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from euaiqa.generator.context import Bytes
from euaiqa.generator.files import ENDING, CellFiles

MADE_BY = ("model 1", "build 2", "settings 3")


def cells_of(*values: int) -> Bytes:
    return np.array(values, dtype=np.uint8)


def files_in(
    folder: Path, *, max_bytes: int = 1 << 20, made_by: tuple[str, ...] = MADE_BY
) -> CellFiles:
    return CellFiles(folder, made_by=made_by, max_bytes=max_bytes)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_read_gives_what_another_process_wrote(tmp_path: Path) -> None:
    files_in(tmp_path / "cells").write("prefix", "passage", cells_of(1, 2, 3), 7)
    found = files_in(tmp_path / "cells").read("prefix", "passage")
    assert found and found[0].tolist() == [1, 2, 3] and found[1] == 7


def test_read_of_what_was_never_written_is_none(tmp_path: Path) -> None:
    assert files_in(tmp_path / "cells").read("prefix", "passage") is None
    assert not (tmp_path / "cells").exists()


@pytest.mark.parametrize(
    ("made_by", "prefix", "passage"),
    [
        (("model 2", "build 2", "settings 3"), "prefix", "passage"),
        (("model 1", "build 3", "settings 3"), "prefix", "passage"),
        (("model 1", "build 2", "settings"), "prefix", "passage"),
        (MADE_BY, "prefix ", "passage"),
        (MADE_BY, "prefix", "passages"),
        (MADE_BY, "prefixp", "assage"),
    ],
)
def test_read_change_of_anything_finds_nothing(
    tmp_path: Path, made_by: tuple[str, ...], prefix: str, passage: str
) -> None:
    files_in(tmp_path).write("prefix", "passage", cells_of(1), 1)
    other = files_in(tmp_path, made_by=made_by)
    assert other.read(prefix, passage) is None and not other.holds(prefix, passage)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, 10**6), byte=st.integers(1, 255), cut=st.booleans())
def test_read_damaged_file_is_never_served(tmp_path: Path, at: int, byte: int, cut: bool) -> None:
    files_in(tmp_path).write("prefix", "passage", cells_of(*range(100)), 3)
    files = files_in(tmp_path)  # another process
    (name,) = names(tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    place = at % len(content)
    if cut:
        content = content[:place]
    else:
        content[place] ^= byte
    (tmp_path / name).write_bytes(content)
    assert files.read("prefix", "passage") is None
    assert names(tmp_path) == []


def test_write_over_the_budget_removes_what_was_not_read_for_longest(tmp_path: Path) -> None:
    files = files_in(tmp_path, max_bytes=1000)
    for i, passage in enumerate("abc"):
        files.write("", passage, cells_of(*[0] * 250), 1)
        newest = max(tmp_path.iterdir(), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, (i, i))
    assert files.read("", "a")  # now the last one that was read
    assert files.full
    files.write("", "d", cells_of(*[0] * 250), 1)
    assert [files.holds("", passage) for passage in "abcd"] == [True, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 900


def test_write_larger_than_the_budget_is_not_kept(tmp_path: Path) -> None:
    files = files_in(tmp_path, max_bytes=100)
    files.write("", "a", cells_of(*[0] * 101), 1)
    assert names(tmp_path) == []


def test_write_left_half_way_is_no_file_and_goes_in_time(tmp_path: Path) -> None:
    (tmp_path / "killed.new").write_bytes(bytes(500))
    os.utime(tmp_path / "killed.new", (0, 0))
    files = files_in(tmp_path, max_bytes=1000)
    files.write("", "a", cells_of(*[0] * 600), 1)
    assert [name.endswith(ENDING) for name in names(tmp_path)] == [True]
    assert files.holds("", "a")


def test_write_where_none_can_be_written_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with caplog.at_level(logging.WARNING):
        files = files_in(blocked)
        for passage in "ab":
            files.write("", passage, cells_of(1), 1)
            assert files.read("", passage) is None
    assert len(caplog.records) == 1 and "EUAIQA_CELLS_FOLDER" in caplog.text
    assert str(tmp_path) not in caplog.text
    assert files.full


def test_read_only_folder_serves_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files_in(tmp_path).write("", "a", cells_of(1), 1)

    def refuse(path: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuse)
    files = files_in(tmp_path)
    assert files.read("", "a") and files.read("", "a") and not files.full


def test_write_tells_whether_it_kept(tmp_path: Path) -> None:
    assert files_in(tmp_path / "cells").write("", "a", cells_of(1), 1)
    (tmp_path / "a file").write_text("")
    assert not files_in(tmp_path / "a file").write("", "a", cells_of(1), 1)
    assert not files_in(tmp_path / "small", max_bytes=10).write("", "a", cells_of(1), 1)
