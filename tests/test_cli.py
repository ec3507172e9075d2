from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from euaiqa import settings as settings_module
from euaiqa.cli import app
from euaiqa.errors import SettingsError
from euaiqa.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def euaiqa(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("euaiqa"), *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **env},
    )


@pytest.mark.parametrize("command", ["index", "status", "ask", "search", "serve", "models"])
def test_help_tells_of_every_command(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert command in CliRunner().invoke(app, ["--help"]).output


def test_error_is_one_line_with_a_hint(tmp_path: Path) -> None:
    done = euaiqa("index", EUAIQA_PORT="many")
    assert done.returncode == 1
    assert "EUAIQA_PORT" in done.stderr and "hint:" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_serve_on_a_taken_port_says_so_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = euaiqa("serve", EUAIQA_PORT=str(port), EUAIQA_MODELS=str(tmp_path))
    assert done.returncode == 1
    assert str(port) in done.stderr and "hint:" in done.stderr
    assert not list(tmp_path.iterdir())


def test_wrong_call_exits_with_2() -> None:
    assert euaiqa("ask").returncode == 2
    assert euaiqa("search", "x", "-k", "0").returncode == 2


def test_settings_wrong_value_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUAIQA_PASSAGES", "0")
    with pytest.raises(SettingsError, match="EUAIQA_PASSAGES"):
        settings_module.load()


def test_settings_all_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`EUAIQA_{name.upper()}`" in readme, name
        assert field.description
