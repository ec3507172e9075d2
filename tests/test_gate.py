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


def test_weights_are_those_that_the_data_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import fit_gate

    model = fit_gate.fitted(rows())
    assert model.coef_[0] == pytest.approx(
        [gate.WEIGHT_YES, gate.WEIGHT_COSINE, gate.WEIGHT_ENGLISH], abs=0.02
    )
    assert model.intercept_[0] == pytest.approx(gate.INTERCEPT, abs=0.02)
    assert "fit_gate" in sys.modules


def test_answerable_tells_the_tuning_rows_apart() -> None:
    wrong = [
        row
        for row in rows()
        if (answerable(Evidence(row["yes"], row["cosine"], row["language"])) >= gate.THRESHOLD)
        != row["answerable"]
    ]
    assert len(wrong) / len(rows()) < 0.12


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.7, 1), LANGUAGES)
def test_answerable_grows_with_the_models_yes(
    one: float, other: float, cosine: float, language: Any
) -> None:
    low, high = sorted((one, other))
    assert 0 <= answerable(Evidence(low, cosine, language)) <= 1
    assert answerable(Evidence(low, cosine, language)) <= answerable(
        Evidence(high, cosine, language)
    )


def test_answerable_far_question_is_certain() -> None:
    assert answerable(Evidence(1.0, gate.FAR - 0.001, "fr")) == 0.0
