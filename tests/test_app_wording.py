"""The words of the pages: the catalogue is whole, and each language keeps its typography."""

from __future__ import annotations

import datetime as dt
import re
import runpy
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from euaiqa.app.messages import ERRORS, STEPS
from euaiqa.app.pages import web_folder
from euaiqa.app.problems import TITLES
from euaiqa.app.wording import wording
from euaiqa.operations import Step

LOCALES = web_folder() / "locales"
NB = "\u00a0"
NNB = "\u202f"
SCRIPT = Path(__file__).parents[1] / "scripts" / "messages.py"

FR, EN = wording("fr", LOCALES), wording("en", LOCALES)


def french() -> Catalog:
    with (LOCALES / "fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def texts(message: Message, *, translated: bool) -> list[str]:
    text = message.string if translated else message.id
    return list(text) if isinstance(text, tuple | list) else [text]


def on_pages_only(message: Message) -> bool:
    """Whether no terminal tells it, whose apostrophes are straight."""
    return all(name.startswith(("web/", "src/euaiqa/app/")) for name, _ in message.locations)


MESSAGES = [message for message in french() if message.id]


def test_catalogue_holds_every_string_and_no_other() -> None:
    gathered = runpy.run_path(str(SCRIPT))["gathered"]()
    assert {message.id for message in gathered} == {message.id for message in french()}


def test_catalogue_file_is_as_the_script_writes_it() -> None:
    assert runpy.run_path(str(SCRIPT))["updated"]() == (LOCALES / "fr.po").read_text("utf-8")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:40])
def test_translation_is_whole_and_keeps_the_placeholders(message: Message) -> None:
    assert all(texts(message, translated=True))
    assert not message.fuzzy
    wanted = {
        name for text in texts(message, translated=False) for name in re.findall(r"{.*?}", text)
    }
    for text in texts(message, translated=True):
        assert set(re.findall(r"{.*?}", text)) == wanted


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:40])
def test_french_follows_french_typography(message: Message) -> None:
    for text in texts(message, translated=True):
        bare = text.replace("http://localhost", "")
        assert "'" not in text
        assert not re.search(rf"(?<!{NNB})[?!;]|(?<!{NB})[:»]|«(?!{NB})", bare)
        assert not re.search(r"\d,\d{3}\b", text)
    for text in texts(message, translated=False):
        assert "'" not in text or not on_pages_only(message)
        assert not re.search(r"\s[?!;:]", text)


def test_plural_of_each_language() -> None:
    one, many = "Reading {n} passage…", "Reading {n} passages…"
    assert [EN.ngettext(one, many, n) for n in (0, 1, 2)] == [many, one, many]
    assert [FR.ngettext(one, many, n).endswith("s…") for n in (0, 1, 2)] == [False, False, True]


def test_dates_are_written_in_words() -> None:
    assert FR.date(dt.date(2025, 8, 1)) == "1er août 2025"
    assert FR.date(dt.date(2025, 8, 11)) == "11 août 2025"
    assert EN.date(dt.date(2025, 2, 11)) == "11 February 2025"
    assert FR.date(None) == "sans date"


def test_numbers_have_the_signs_of_the_language() -> None:
    assert FR.number(1234.5, 1) == f"1{NNB}234,5"
    assert EN.number(1234.5, 1) == "1,234.5"
    assert FR.number(12345) == f"12{NNB}345"


def test_every_step_of_a_build_has_a_name() -> None:
    assert set(STEPS) == set(get_args(Step))
    assert FR.gettext(STEPS["embedding texts"]) == "Calcul des vecteurs"


def test_every_problem_has_advice() -> None:
    assert set(TITLES) <= set(ERRORS)
    assert FR.advice("queue-full").title == "D’autres lecteurs attendent"
    assert FR.advice("unheard of") == FR.advice("internal")
