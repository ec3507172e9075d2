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


def rows() -> list[dict[str, Any]]:
    path = ROOT / "tests/data/gate_features.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(row["yes"], row["faith"], row["unnamed"])


def test_weights_are_those_that_the_data_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import fit_gate

    model = fit_gate.fitted(rows())
    assert model.coef_[0] == pytest.approx(
        [gate.WEIGHT_YES, gate.WEIGHT_FAITH, gate.WEIGHT_UNNAMED], abs=0.02
    )
    assert model.intercept_[0] == pytest.approx(gate.INTERCEPT, abs=0.02)
    assert "fit_gate" in sys.modules


def test_answerable_tells_the_tuning_rows_apart() -> None:
    wrong = [
        row for row in rows() if (answerable(evidence(row)) >= gate.THRESHOLD) != row["answerable"]
    ]
    assert len(wrong) / len(rows()) < 0.2


YES = st.floats(0.001, 0.999)


@given(YES, YES, YES, st.integers(0, 5))
def test_answerable_grows_with_the_models_two_words(
    one: float, other: float, same: float, unnamed: int
) -> None:
    low, high = sorted((one, other))
    for pair in (((low, same), (high, same)), ((same, low), (same, high))):
        less, more = (answerable(Evidence(*words, unnamed)) for words in pair)
        assert 0 <= less <= more <= 1


@given(YES, YES, st.integers(0, 4))
def test_answerable_falls_with_names_that_the_article_does_not_hold(
    yes: float, faith: float, unnamed: int
) -> None:
    more = answerable(Evidence(yes, faith, unnamed + 1))
    assert more <= answerable(Evidence(yes, faith, unnamed))


def test_answerable_nothing_written_is_no_answer() -> None:
    assert answerable(Evidence(0.99, 0.0, 0)) == 0.0
