"""What is said where the encoder's graph cannot be made; the making itself is in `-m model`."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from euaiqa.encoder import graph as graphs
from euaiqa.encoder import is_made
from euaiqa.errors import ModelError
from euaiqa.generator.context import repacks

TORCH = """Traceback (most recent call last):
  File "exporter.py", line 1, in export
torch.onnx._internal.exporter._errors.ConversionError: Failed to convert the model

(Refer to the full stack trace above for more information.)
"""


def failing(code: int, said: str) -> Any:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, "", said)

    return run


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (1, TORCH, "ConversionError: Failed to convert the model"),
        (1, "ModuleNotFoundError: No module named 'onnxscript'\n", "onnxscript"),
        (-9, "Warning: something harmless\n", "signal 9"),
        (3, "", "exit code 3"),
    ],
)
def test_graph_that_cannot_be_made_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, said: str, told: str
) -> None:
    monkeypatch.setattr(graphs.subprocess, "run", failing(code, said))
    with pytest.raises(ModelError, match="graph cannot be made") as raised:
        graphs.graph(tmp_path / "encoder")
    assert told in raised.value.message
    assert "pull" not in raised.value.hint
    assert not is_made(tmp_path / "encoder")


def test_graph_without_space_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(graphs.subprocess, "run", full)
    with pytest.raises(ModelError, match="No space left") as raised:
        graphs.graph(tmp_path / "encoder")
    assert "space" in raised.value.hint


def test_graph_is_made_once_and_what_a_killed_process_left_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "encoder"
    made: list[Path] = []

    def run(command: list[Any], **_: object) -> subprocess.CompletedProcess[str]:
        made.append(Path(command[-1]))
        Path(command[-1]).write_bytes(b"graph")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(graphs.subprocess, "run", run)
    path = graphs.path_of(folder)
    path.with_name(path.name + ".part").write_bytes(b"half")
    assert graphs.graph(folder) == graphs.graph(folder) == b"graph"
    assert len(made) == 1
    assert is_made(folder)


@pytest.mark.parametrize(
    ("system", "repacked"),
    [
        ("CPU : AVX2 = 1 | REPACK = 1 | ", True),
        ("CPU : AVX2 = 1 | AVX512_VNNI = 1 | REPACK = 1 | ", False),
        ("CPU : AVX512_VNNI = 1 | AMX_INT8 = 1 | REPACK = 1 | ", True),
    ],
)
def test_weights_are_repacked_where_that_is_faster(system: str, repacked: bool) -> None:
    assert repacks(system) is repacked
