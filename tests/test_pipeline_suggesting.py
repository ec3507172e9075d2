"""Suggested questions: which can be shown, which are kept, and what a second start does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

import euaiqa.pipeline as pipelines
from euaiqa import settings as settings_module
from euaiqa.datamodels import DoneEvent, Language, Prompt
from euaiqa.errors import GenerationError
from euaiqa.generator import never
from euaiqa.pipeline import Pipeline, suggesting
from euaiqa.pipeline import suggestible as suggestible_module
from euaiqa.pipeline.suggestible import MAX_CHARS, alike, suggestible
from fakes import ScriptedGenerator, passage_of

ROOT = Path(__file__).resolve().parent.parent
Make = Callable[..., Pipeline]
NB = "\u00a0"
ORION = passage_of(
    "La Commission a annoncé le plan Orion le 3 mars 2025.",
    "Le plan Orion mobilise 30 milliards d'euros pour l'entreprise « Bloc ».",
    title="Le plan Orion",
)
WRITTEN = {
    "Combien d'argent": " mobilise le plan Orion ?",
    "Quand": " la Commission a-t-elle annoncé le plan Orion ?",
    "How much money": " did the Vega programme cost?",
    "When": " did the auditors publish their report on the Vega programme?",
}
ANSWERS = {
    "mobilise": "Le plan Orion mobilise 30 milliards d'euros pour les centres de calcul.",
    "annoncé": "La Commission a annoncé le plan Orion le 3 mars 2025.",
    "cost": "The Vega programme cost 2.5 billion euros over four years.",
    "publish": "The auditors published their report on April 8, 2024.",
}
FRENCH = (
    f"Combien d’argent mobilise le plan Orion{NB}?",
    f"Quand la Commission a-t-elle annoncé le plan Orion{NB}?",
)
ENGLISH = (
    "How much money did the Vega programme cost?",
    "When did the auditors publish their report on the Vega programme?",
)


def saying(prompt: Prompt) -> str:
    """Writes a question where it is begun, else answers one."""
    if prompt.begun:
        return WRITTEN.get(prompt.begun, "")
    return next((text for word, text in ANSWERS.items() if word in prompt.question), "")


def made(pipeline: Pipeline, stop_after: int = 200) -> int:
    """Let it make them; gives the number of steps."""
    suggested = pipeline._suggesting
    assert suggested
    steps = 0
    while suggested.step(never):
        steps += 1
        assert steps < stop_after
    return steps


@pytest.mark.parametrize(
    ("written", "language", "shown"),
    [
        (
            "Combien d'argent mobilise le plan Orion?",
            "fr",
            f"Combien d’argent mobilise le plan Orion{NB}?",
        ),
        (
            'Quand l\'entreprise "Bloc" a-t-elle rejoint Orion ?',
            "fr",
            f"Quand l’entreprise «{NB}Bloc{NB}» a-t-elle rejoint Orion{NB}?",
        ),
        (
            'When was the "Bloc" plan of Orion\nannounced ?',
            "en",
            "When was the “Bloc” plan of Orion announced?",
        ),
        (
            "Combien coûte l'article 5 du plan Orion ?",
            "fr",
            f"Combien coûte l’article 5 du plan Orion{NB}?",
        ),
    ],
)
def test_suggestible_is_set_as_its_language_wants(
    written: str, language: Language, shown: str
) -> None:
    assert suggestible(written, ORION, language) == shown


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("Combien d'argent mobilise le plan Orion", "fr"),  # no question
        ("Combien mobilise le plan Orion ? Le plan Orion mobilise de l'argent.", "fr"),
        ("Combien d'argent mobilise le plan Orion ??", "fr"),
        (f"Combien d'argent mobilise le plan Orion {'pour la Commission ' * 4}?", "fr"),  # long
        ("Que mobilise Orion ? Quand a été annoncé le plan Orion ?", "fr"),  # two questions
        ("Quand le plan Orion a-t-il été annoncé et qui a annoncé le plan Orion ?", "fr"),
        ("Combien d'argent mobilise le plan Orion (Bloc) ?", "fr"),  # an aside
        ("When was the plan Orion announced?", "fr"),  # the other language
        ("Quand le plan Orion a-t-il été annoncé ?", "en"),
        ("Combien d'argent mentionne l'article sur le plan Orion ?", "fr"),  # of the text
        ("When does this text say that Orion was announced?", "en"),
        ("Quand a-t-elle annoncé le plan Orion ?", "fr"),  # leans on what was said
        ("When did they announce Orion?", "en"),
        ("Combien de funding le plan Orion mobilise-t-il ?", "fr"),  # words of the other language
        ("How much financement does the plan Orion get?", "en"),
        ("Combien de euros mobilise le plan Orion ?", "fr"),  # not elided
        ("Qui est le plan Orion ?", "fr"),  # a thing for a person
        ("Who and what did announce Orion?", "en"),
        ("Combien d'argent sera mobilisé pour la suite ?", "fr"),  # names nothing
        ("Combien d'argent mobilise le plan Vega ?", "fr"),  # a name that is not held
        ("Combien d'argent mobilise le plan Orion en 2031 ?", "fr"),  # a date that is not held
        ("Who will pay 40 billion euros for Orion?", "en"),  # a figure that is not held
    ],
)
def test_suggestible_leaves_out(written: str, language: Language) -> None:
    assert suggestible(written, ORION, language) == ""


def test_suggestible_is_in_the_language_that_asking_will_take_it_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = "Combien d'argent mobilise le plan Orion ?"
    assert suggestible(question, ORION, "fr")
    monkeypatch.setattr(suggestible_module, "detect", lambda _text: "en")
    assert not suggestible(question, ORION, "fr")


def test_suggestible_length_is_of_the_whole_question() -> None:
    longest = "Quand le plan Orion " + "a" * (MAX_CHARS - 22) + " ?"
    assert len(longest) == MAX_CHARS
    assert suggestible(longest, ORION, "fr")
    assert not suggestible(longest.replace("aa", "aaa", 1), ORION, "fr")


def test_alike_by_words_that_tell_something() -> None:
    assert alike("Combien coûte le plan Orion ?", "Combien coûte donc ce plan Orion ?", "fr")
    assert not alike("Combien coûte le plan Orion ?", "Qui dirige le plan Orion à Lille ?", "fr")
    assert not alike("Who is the head of it?", "Who is the cook of it?", "en")


def test_suggestions_are_made_step_by_step_in_both_languages(pipeline: Make) -> None:
    asked = pipeline(ScriptedGenerator(default=saying), suggest=True)
    assert asked.suggestions("fr") == asked.suggestions("en") == ()
    made(asked)
    assert set(FRENCH) <= set(asked.suggestions("fr"))
    assert set(ENGLISH) <= set(asked.suggestions("en"))
    assert not any(one in asked.suggestions("en") for one in FRENCH)


def test_suggestions_begin_with_the_readers_language_and_take_turns(pipeline: Make) -> None:
    generator = ScriptedGenerator(default=saying)
    made(pipeline(generator, suggest=True))
    begun = [prompt for prompt in generator.prompts if prompt.begun]
    assert [p.begun for p in begun[:2]] == ["Quand", "When"]
    assert "Orion" in begun[0].passages[0] and "Vega" in begun[1].passages[0]
    assert "Vega" in begun[2].passages[0]  # the other article before the first one again


def test_suggestions_newest_article_first(over: Make) -> None:
    text = "Le plan {0}\n\n3 mars {1}\n\nLe plan {0} coûte {2} milliards d'euros."
    articles = {
        f"{n}.txt": text.format(name, year, n)
        for year, name, n in ((2023, "Vega", 3), (2025, "Orion", 30), (2024, "Altaïr", 13))
    }
    generator = ScriptedGenerator(default="")
    made(over(articles, generator, suggest=True))
    asked = [p.question for p in generator.prompts if p.begun == "Combien d'argent"]
    for name, one in zip(("Orion", "Altaïr", "Vega"), asked, strict=True):
        assert name in one


@pytest.mark.parametrize(("count", "others"), [(suggesting.SHOWN, False), (1, True)])
def test_suggestions_from_the_other_language_only_where_articles_are_few(
    over: Make, count: int, others: bool
) -> None:
    articles = {f"{n}.txt": f"Le plan Orion coûte {n} milliards d'euros." for n in range(count)}
    articles["en.txt"] = "The Vega programme cost 2.5 billion euros over four years."
    generator = ScriptedGenerator(default="")
    made(over(articles, generator, suggest=True))
    french = [p for p in generator.prompts if p.suffix.startswith("Écris")]
    assert any("Vega" in p.question for p in french) is others


def test_suggestions_same_question_is_kept_once(
    over: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting.Suggesting, "_answered", lambda *_: True)
    text = " ".join(f"Le plan Orion coûte {n} milliards d'euros." for n in range(2, 5))
    asked = over({"a.txt": text}, ScriptedGenerator(default=saying), suggest=True)
    made(asked)
    assert asked.suggestions("fr") == FRENCH[:1]


def test_suggestions_figures_come_before_names(over: Make) -> None:
    text = "Le plan Orion vient de la Commission. Le plan Orion coûte 3 milliards d'euros."
    generator = ScriptedGenerator(default="")
    made(over({"a.txt": text}, generator, suggest=True))
    assert [p.begun for p in generator.prompts if p.suffix.startswith("Écris")] == [
        "Combien d'argent",
        "Qui",
        "Qui",
    ]


def test_suggestions_are_made_from_whole_sentences(over: Make) -> None:
    text = "Vega coûte 5 milliards d'euros\n\nLe plan Orion coûte 3 milliards d'euros."
    generator = ScriptedGenerator(default="")
    made(over({"a.txt": text}, generator, suggest=True))
    assert generator.prompts
    assert not any("Sentence: Vega" in prompt.question for prompt in generator.prompts)


@pytest.mark.parametrize(
    ("answer", "yes", "faith"),
    [
        (ANSWERS["mobilise"], 0.95, 0.6),  # told as a quote
        (ANSWERS["mobilise"], 0.0, 0.95),  # refused
        (ANSWERS["annoncé"], 0.95, 0.95),  # told from another sentence
    ],
)
def test_suggestions_leave_out_what_is_not_answered_so(
    pipeline: Make, answer: str, yes: float, faith: float
) -> None:
    def badly(prompt: Prompt) -> str:
        return WRITTEN.get(prompt.begun, "") if prompt.begun else answer

    asked = pipeline(ScriptedGenerator(default=badly, yes=yes, faith=faith), suggest=True)
    made(asked)
    assert FRENCH[0] not in asked.suggestions("fr")


@pytest.mark.parametrize(("told", "kept"), [("30 milliards d'euros", True), ("35 %", False)])
def test_suggestions_leave_out_what_is_answered_by_something_else(
    over: Make, told: str, kept: bool
) -> None:
    def other(prompt: Prompt) -> str:
        return WRITTEN.get(prompt.begun, "") if prompt.begun else f"Le plan Orion mobilise {told}."

    text = "Le plan Orion mobilise 30 milliards d'euros, dont 35 % d'argent public."
    asked = over({"a.txt": text}, ScriptedGenerator(default=other), suggest=True)
    made(asked)
    assert (FRENCH[0] in asked.suggestions("fr")) is kept


def test_suggestions_tries_are_bounded(over: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "TRIES", 3)
    text = " ".join(f"Le plan Orion coûte {n} milliards d'euros." for n in range(2, 30))
    generator = ScriptedGenerator(default="Rien.")
    assert made(over({"a.txt": text}, generator, suggest=True)) == 6
    assert len(generator.prompts) == 6


def test_suggestions_enough_is_enough(pipeline: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "SHOWN", 1)
    asked = pipeline(ScriptedGenerator(default=saying), suggest=True)
    made(asked)
    assert asked.suggestions("fr") == FRENCH[1:] and asked.suggestions("en") == ENGLISH[1:]


def test_suggestions_given_up_step_loses_nothing(pipeline: Make) -> None:
    plain, broken = (ScriptedGenerator(default=saying) for _ in range(2))
    one, other = pipeline(plain, suggest=True), pipeline(broken, suggest=True)
    steps = made(one)
    assert other._suggesting
    for _ in range(steps):
        for given_up in (lambda: True, never):
            assert other._suggesting.step(given_up)
    assert not other._suggesting.step(never)
    for language in ("fr", "en"):
        assert other.suggestions(language) == one.suggestions(language) != ()


def test_suggestions_model_that_fails_once_costs_one_question(
    pipeline: Make, caplog: pytest.LogCaptureFixture
) -> None:
    failed: list[str] = []

    def failing(prompt: Prompt) -> str:
        if prompt.begun and not failed:
            failed.append(prompt.begun)
            raise GenerationError("the context was cleared")
        return saying(prompt)

    asked = pipeline(ScriptedGenerator(default=failing), suggest=True)
    made(asked)
    assert failed and "the context was cleared" in caplog.text
    assert 0 < len(set(FRENCH) & set(asked.suggestions("fr"))) < len(FRENCH)
    assert set(ENGLISH) <= set(asked.suggestions("en"))


def test_warm_makes_suggestions_before_it_reads_ahead(pipeline: Make) -> None:
    generator = ScriptedGenerator(default=saying)
    asked = pipeline(generator, suggest=True)
    assert asked.warm(never) and not generator.warmed
    while asked.warm(never):
        assert not generator.warmed or asked.suggestions("fr")
    assert generator.warmed and not asked.unread


def test_warm_without_suggesting_writes_nothing(pipeline: Make) -> None:
    generator = ScriptedGenerator()
    asked = pipeline(generator)
    while asked.warm(never):
        pass
    assert not generator.prompts and asked.suggestions("fr") == ()


def test_kept_suggestions_are_there_at_the_next_start(pipeline: Make, tmp_path: Path) -> None:
    file = tmp_path / "cells" / "questions.json"
    first = pipeline(ScriptedGenerator(default=saying), suggest=True, suggested=file)
    made(first)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    generator = ScriptedGenerator()
    second = pipeline(generator, suggest=True, suggested=file)
    assert second.suggestions("fr") == first.suggestions("fr") != ()
    assert second.suggestions("en") == first.suggestions("en") != ()
    assert made(second) == 0 and not generator.prompts


def test_kept_suggestions_of_another_model_are_made_anew(pipeline: Make, tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    made(pipeline(ScriptedGenerator(default=saying), suggest=True, suggested=file))
    other = ScriptedGenerator(default=saying)
    other.name = "another"
    assert pipeline(other, suggest=True, suggested=file).suggestions("fr") == ()


def test_kept_suggestions_of_another_version_are_made_anew(
    pipeline: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "questions.json"
    made(pipeline(ScriptedGenerator(default=saying), suggest=True, suggested=file))
    monkeypatch.setattr(suggesting, "VERSION", suggesting.VERSION + 1)
    assert pipeline(ScriptedGenerator(), suggest=True, suggested=file).suggestions("fr") == ()


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"fr": 1}', "\udcff", "wrong", "list"])
def test_kept_suggestions_damaged_are_made_anew(
    pipeline: Make, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "questions.json"
    made(pipeline(ScriptedGenerator(default=saying), suggest=True, suggested=file))
    held = json.loads(file.read_text(encoding="utf-8"))
    if damage in {"wrong", "list"}:
        held["fr"] = {"wrong": "abc", "list": [1]}[damage]
        damage = json.dumps(held)
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    again = pipeline(ScriptedGenerator(default=saying), suggest=True, suggested=file)
    assert again.suggestions("fr") == ()
    assert "made anew" in caplog.text
    made(again)
    assert set(FRENCH) <= set(json.loads(file.read_text(encoding="utf-8"))["fr"])


def test_kept_suggestions_without_a_place_are_told_and_done_without(
    pipeline: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    asked = pipeline(
        ScriptedGenerator(default=saying), suggest=True, suggested=tmp_path / "file" / "q.json"
    )
    made(asked)
    assert asked.suggestions("fr") and "cannot be kept in file" in caplog.text


@pytest.mark.model
def test_suggestions_over_the_seeds_are_answered(tmp_path: Path) -> None:
    settings = settings_module.load().model_copy(
        update={
            "seeds": ROOT / "seeds",
            "index": tmp_path / "index",
            "cells_folder": tmp_path / "cells",
        }
    )
    pipelines.prepare(settings, Console(quiet=True))
    asked = pipelines.open_pipeline(settings, suggest=True)
    begun = time.perf_counter()
    steps = made(asked)
    print(f"{steps} steps in {time.perf_counter() - begun:.0f} s")
    for language in ("fr", "en"):
        suggested = asked.suggestions(language)
        print(*suggested, sep="\n")
        assert len(suggested) >= 2, suggested
        *_, last = asked.ask(suggested[0])
        assert isinstance(last, DoneEvent)
        assert last.answer.status == "answered" and last.answer.language == language
    assert len(list((tmp_path / "cells").glob("questions-*.json"))) == 1
