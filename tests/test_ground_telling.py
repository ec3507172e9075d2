from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.facts import facts_of
from euaiqa.ground.telling import Told, told

ONE = Told("109 milliards d’euros", dt.date(2025, 2, 1))
OTHER = Told("112 milliards de dollars", None)


def test_told_french_holds_both_values_and_both_dates() -> None:
    assert told(ONE, OTHER, "fr") == (
        "Les articles diffèrent sur ce point\u00a0: «\u00a0109 milliards d’euros\u00a0» "
        "(1er février 2025) contre «\u00a0112 milliards de dollars\u00a0» (sans date)."
    )


def test_told_english_holds_both_values_and_both_dates() -> None:
    assert told(ONE, OTHER, "en") == (
        "The articles differ on this point: “109 milliards d’euros” (1 February 2025) "
        "against “112 milliards de dollars” (no date)."
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
def test_told_date_is_read_back_as_the_same_day(language: str, day: dt.date) -> None:
    text = told(Told("x", day), Told("y", None), language)  # type: ignore[arg-type]
    (date,) = facts_of(text, language).dates  # type: ignore[arg-type]
    assert (date.year, date.month, date.day) == (day.year, day.month, day.day)
