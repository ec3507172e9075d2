from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import gate
from euaiqa.gate import answerable

ROOT = Path(__file__).resolve().parent.parent


def rows() -> list[dict[str, Any]]:
    path = ROOT / "tests/data/gate_features.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_weights_are_those_that_the_data_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import fit_gate

    model = fit_gate.fitted(rows())
    assert model.coef_[0] == pytest.approx([gate.WEIGHT_YES, gate.WEIGHT_SENTENCE], abs=0.02)
    assert model.intercept_[0] == pytest.approx(gate.INTERCEPT, abs=0.02)
    assert "fit_gate" in sys.modules


def test_answerable_tells_the_tuning_rows_apart() -> None:
    said = [(answerable(row["yes"], row["sentence"]), row["answerable"]) for row in rows()]
    wrong = [one for one, right in said if (one >= gate.THRESHOLD) != right]
    assert len(wrong) / len(said) < 0.15


SHARE = st.floats(0.001, 0.999)


@given(SHARE, SHARE, SHARE)
def test_answerable_grows_with_passage_and_sentence(one: float, other: float, same: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= answerable(low, same) <= answerable(high, same) <= 1
    assert 0 <= answerable(same, low) <= answerable(same, high) <= 1
