from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import gate
from euaiqa.gate import Evidence, answerable

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = st.sampled_from(["fr", "en"])


def rows() -> list[dict[str, Any]]:
    path = ROOT / "tests/data/gate_features.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(row["yes"], row["score"], row["unnamed"], row["language"])


def test_weights_are_those_that_the_data_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import fit_gate

    model = fit_gate.fitted(rows())
    assert model.coef_[0] == pytest.approx(
        [gate.WEIGHT_YES, gate.WEIGHT_SCORE, gate.WEIGHT_UNNAMED, gate.WEIGHT_ENGLISH], abs=0.02
    )
    assert model.intercept_[0] == pytest.approx(gate.INTERCEPT, abs=0.02)
    assert "fit_gate" in sys.modules


def test_answerable_tells_the_tuning_rows_apart() -> None:
    wrong = [
        row for row in rows() if (answerable(evidence(row)) >= gate.THRESHOLD) != row["answerable"]
    ]
    assert len(wrong) / len(rows()) < 0.12


@given(st.floats(0.001, 1), st.floats(0.001, 1), st.floats(-0.2, 0.8), st.integers(0, 5), LANGUAGES)
def test_answerable_grows_with_the_models_yes(
    one: float, other: float, score: float, unnamed: int, language: Any
) -> None:
    low, high = (
        answerable(Evidence(yes, score, unnamed, language)) for yes in sorted((one, other))
    )
    assert 0 <= low <= high <= 1


@given(st.floats(0.001, 1), st.floats(-0.2, 0.8), st.integers(0, 4), LANGUAGES)
def test_answerable_falls_with_names_that_the_article_does_not_hold(
    yes: float, score: float, unnamed: int, language: Any
) -> None:
    more = answerable(Evidence(yes, score, unnamed + 1, language))
    assert more <= answerable(Evidence(yes, score, unnamed, language))


def test_answerable_nothing_read_is_certain() -> None:
    assert answerable(Evidence(0.0, 0.9, 0, "fr")) == 0.0
