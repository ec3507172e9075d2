from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from euaiqa.errors import SettingsError
from euaiqa.evaluate import Result, evaluate, read_questions, summary
from euaiqa.pipeline import Pipeline
from fakes import ScriptedGenerator

ROWS = [
    {
        "id": "a",
        "language": "fr",
        "question": "Combien de processeurs chaque centre recevra-t-il ?",
        "accept": ["50 000"],
    },
    {
        "id": "b",
        "language": "fr",
        "question": "Combien de processeurs la région de Lille recevra-t-elle ?",
        "accept": ["70 000"],
    },
    {"id": "c", "language": "en", "question": "Zucchini basil parmesan?", "unanswerable": True},
]


def questions(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_evaluate_tells_right_from_wrong(tmp_path: Path, pipeline: Callable[..., Pipeline]) -> None:
    asked = pipeline(ScriptedGenerator(*["Chaque centre recevra 50\u202f000 processeurs."] * 2))
    seen: list[Result] = []
    results = evaluate(asked, read_questions(questions(tmp_path, *ROWS)), seen.append)
    assert [r.correct for r in results] == [True, False, True]
    assert all(r.cited and r.exact for r in results)
    assert seen == results
    told = dict(summary(results))
    assert told["correct, fr"] == "1/2 (50%)"
    assert told["unanswerable refused"] == "1/1 (100%)"
    assert told["answered, all quotes exact"] == "2/2 (100%)"
    assert "correct, en" not in told


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "language": "fr", "question": "Qui ?"},
        {**ROWS[0], "unanswerable": True},
        {"language": "fr"},
        ["not a question"],
    ],
)
def test_read_questions_wrong_row_is_a_clear_error(tmp_path: Path, row: object) -> None:
    with pytest.raises(SettingsError, match=r"questions\.jsonl"):
        read_questions(questions(tmp_path, row))
