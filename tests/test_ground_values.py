from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Language
from euaiqa.ground.values import Value, differ, equals, values_of


def only(text: str, language: Language = "en") -> Value:
    (value,) = values_of(text, language)
    return value


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("109 milliards d’euros", "112 milliards de dollars", True),
        ("109 milliards d’euros", "112 milliards d’euros", True),
        ("1,5 Md€", "1,5 milliard d’euros", False),
        ("environ 100 000 puces", "98 000 puces", False),
        ("100 000 puces", "98 000 puces", False),
        ("100 000 puces", "90 000 puces", True),
        ("environ 30 sites", "28 sites", False),
        ("30 sites", "28 sites", True),
        ("plus de 400 sites", "430 sites", False),
        ("plus de 400 sites", "350 sites", True),
        ("entre 30 et 50 sites", "40 sites", False),
        ("en février 2025", "le 11 février 2025", False),
        ("le 10 février 2025", "le 11 février 2025", True),
        ("les 10 et 11 février 2025", "le 11 février 2025", False),
        ("12 %", "12 sites", False),
        ("12 %", "douze pour cent", False),
    ],
)
def test_differ_on_values_that_can_and_cannot_both_be_right(
    one: str, other: str, expected: bool
) -> None:
    assert differ(only(one, "fr"), only(other, "fr")) is expected
    assert differ(only(other, "fr"), only(one, "fr")) is expected


@given(st.decimals(1, 10**9, places=1, allow_nan=False), st.sampled_from(["%", "euros", "sites"]))
def test_differ_never_from_itself(number: Decimal, unit: str) -> None:
    text = f"Il y en a {number} {unit}."
    for one in values_of(text, "fr"):
        assert text[one.start : one.end] == one.text
        assert not differ(one, one)


@given(st.decimals(1, 10**9, places=1, allow_nan=False), st.sampled_from(["%", "euros", "sites"]))
def test_differ_and_equals_exclude_each_other(number: Decimal, unit: str) -> None:
    other = values_of("Il y en a 120 euros, 12 % et 40 sites.", "fr")
    for one in values_of(f"Il y en a {number} {unit}.", "fr"):
        assert not any(differ(one, two) and equals(one, two) for two in other)


def test_equals_less_precise_date_does_not_say_the_same() -> None:
    day, month = only("le 11 février 2025", "fr"), only("en février 2025", "fr")
    assert equals(day, month) and not equals(month, day)


def test_equals_other_notation_says_the_same() -> None:
    assert equals(only("1,5 Md€", "fr"), only("1.5 billion euros"))


def test_values_of_text_is_a_slice_of_the_sentence() -> None:
    text = "Il mobilise, d’ici le 3 mars 2026, entre 30 et 50 sites et 12,5 % du total."
    found = values_of(text, "fr")
    assert [value.kind for value in found] == ["date", "count", "share"]
    assert all(text[value.start : value.end] == value.text for value in found)
