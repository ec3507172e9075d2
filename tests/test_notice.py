"""Messages that remember what they are made of: one English text, and other languages' too."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.app.pages import web_folder
from euaiqa.app.wording import Said, Wording, wording
from euaiqa.notice import NOTHING, Notice, from_json, to_json

SOURCE = Path(__file__).resolve().parent.parent / "src" / "euaiqa"
FR, EN = (wording(language, web_folder() / "locales") for language in ("fr", "en"))
NB, NNB = "\u00a0", "\u202f"

texts = st.text(max_size=12)
plain = texts.map(Notice)


@st.composite
def filled(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Notice:
    """A notice with values; each may be told several times, or have braces itself."""
    names = st.sampled_from(["a", "template", "values", "cls", "self", "élan"])
    given_ = draw(st.dictionaries(names, values, min_size=1, max_size=3))
    bare = texts.map(lambda text: text.replace("{", "{{").replace("}", "}}"))
    places = st.sampled_from(sorted(given_)).map(lambda name: f"{{{name}}}")
    return Notice("".join(draw(st.lists(bare | places, max_size=5))), **given_)


notices = st.recursive(
    plain, lambda inner: plain | filled(inner | texts | st.integers()), max_leaves=6
)


def parts(value: Any) -> Any:
    """What a page translates from; notices alone are equal where their English is."""
    if not isinstance(value, Notice):
        return value
    return value.template, {name: parts(each) for name, each in value.values.items()}


def test_notice_is_its_english_sentence() -> None:
    notice = Notice("larger than {megabytes} MB", megabytes=20)
    assert notice == "larger than 20 MB" and {notice: 1}["larger than 20 MB"] == 1
    assert f"{notice}" == str(notice) == "larger than 20 MB"
    assert json.dumps([notice]) == '["larger than 20 MB"]'
    assert not NOTHING and NOTHING == ""


def test_notice_without_values_keeps_its_braces() -> None:
    assert Notice("no {name} in {it") == "no {name} in {it"


def test_notice_fills_no_braces_of_a_value() -> None:
    assert Notice("no {name} in it", name="{name}{0}") == "no {name}{0} in it"


@given(notices)
def test_notice_comes_back_from_json(notice: Notice) -> None:
    back = from_json(json.loads(json.dumps(to_json(notice))))
    assert back == notice and parts(back) == parts(notice)


@given(notices)
def test_notice_without_values_is_its_text_in_json(notice: Notice) -> None:
    assert (to_json(notice) == notice) is not bool(notice.values)


@given(notices)
def test_notice_is_copied_whole(notice: Notice) -> None:
    for made in (copy.deepcopy(notice), pickle.loads(pickle.dumps(notice))):
        assert made == notice and parts(made) == parts(notice)


@given(notices)
def test_translated_by_the_same_templates_is_the_same_sentence(notice: Notice) -> None:
    assert notice.translated(lambda template: template) == notice


@pytest.mark.parametrize("row", [
    None, 7, [], {}, {"template": "a"}, {"template": "{a}", "values": {"b": 1}},
    {"template": "{}", "values": {"a": 1}}, {"template": "{a", "values": {"a": 1}},
    {"template": 7, "values": {"a": 1}}, {"template": "a", "values": 7},
])  # fmt: skip
def test_from_json_of_anything_else_is_an_error(row: Any) -> None:
    with pytest.raises((TypeError, ValueError, LookupError, AttributeError)):
        from_json(row)


def test_wording_tells_a_notice_in_the_language() -> None:
    notice = Notice("larger than {megabytes} MB", megabytes=20)
    assert FR.notice(notice) == Said(f"plus de 20{NB}Mo", "fr")
    assert EN.notice(notice) == Said("larger than 20 MB", "en")


def test_wording_tells_a_notice_within_a_notice() -> None:
    reason = Notice("cannot be read: {error}", error="permission denied")
    stays = Notice("the text that was indexed before stays")
    told = FR.notice(Notice("{reason}; {stays}", reason=reason, stays=stays))
    assert told.text.startswith(f"lecture impossible{NB}: permission denied{NNB}; le texte")
    assert told.language == "fr"


def test_wording_tells_english_where_a_part_has_no_translation() -> None:
    unheard = Notice("{reason}; {stays}", reason=Notice("unheard of"), stays=Notice("empty"))
    assert FR.notice(unheard) == Said("unheard of; empty", "en")
    assert FR.notice("larger than 20 MB") == Said("larger than 20 MB", "en")
    assert FR.notice("empty") == Said("vide", "fr")


@pytest.mark.parametrize("words", [FR, EN])
def test_wording_of_nothing_is_nothing(words: Wording) -> None:
    assert words.notice(NOTHING).text == words.notice("").text == ""


def made() -> list[tuple[str, ast.Call]]:
    """Every place where a notice is made; `notice` itself makes those that were kept."""
    return [
        (f"{path.relative_to(SOURCE)}:{node.lineno}", node)
        for path in sorted(SOURCE.rglob("*.py"))
        if path.name != "notice.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Notice"
    ]


MADE = [call for call in made() if not call[0].startswith("app/wording.py")]


def test_notices_are_found() -> None:
    assert len(MADE) > 80


@pytest.mark.parametrize("call", [pytest.param(call, id=where) for where, call in MADE])
def test_notice_is_written_out_and_given_the_values_it_tells(call: ast.Call) -> None:
    (template,) = call.args
    assert isinstance(template, ast.Constant) and isinstance(template.value, str)
    named = {name for _, name, _, _ in string.Formatter().parse(template.value) if name is not None}
    assert named == {keyword.arg for keyword in call.keywords}
