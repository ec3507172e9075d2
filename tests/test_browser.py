"""The pages in a real Chromium, see `browser`: `pytest -m browser`."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from browser import CONTRAST, IN_VIEW, OVERFLOW, Open, ask, follow
from euaiqa.datamodels import TokenEvent, Turn
from fakes_pipeline import (
    ACT,
    COUNTED,
    ENGLISH,
    FORCE,
    FRENCH,
    GIGAFACTORIES,
    HOSTILE,
    INVEST,
    PARTIAL,
    FakePipeline,
    answering,
    cite,
    events_of,
    passage,
)
from live_server import live

pytestmark = pytest.mark.browser
pytest_plugins = ["browser"]


def test_french_answer_marker_opens_the_quote_in_view(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    ask(page, "Combien pour les gigafactories ?")
    expect(page.locator(".turn")).to_have_attribute("data-status", "answered")
    expect(page.locator(".verdict")).to_contain_text("Chaque phrase est prouvée")
    expect(page.locator(".answer .marker")).to_have_text(["[1]", "[2]"])
    expect(page.locator(".quote blockquote").first).to_have_text(GIGAFACTORIES)
    expect(page.locator(".quote .date").first).to_have_text("11 février 2025")
    expect(page.locator("#spoken")).to_have_text(
        "La réponse est prête\u00a0: 2 phrases, chacune prouvée par une citation."
    )
    article = follow(page, ".answer .marker >> nth=0")
    mark = article.locator("mark")
    assert mark.text_content() == GIGAFACTORIES == FRENCH.citations[0].quote
    assert mark.evaluate(IN_VIEW)
    assert article.evaluate("scrollY") > 200
    # (a tab opened so does not have the language that the test gave the others)
    expect(article.locator("article")).to_have_attribute("lang", "fr")


def test_english_answer_marker_opens_the_quote_in_view(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(ENGLISH)
    page = open_page(locale="en-GB", viewport={"width": 360, "height": 640})
    ask(page, "When did the AI Act enter into force?")
    expect(page.locator(".verdict")).to_contain_text("Every sentence is proven by a quote")
    expect(page.locator(".answer")).to_have_attribute("lang", "en")
    article = follow(page, ".answer .marker")
    assert article.locator("mark").text_content() == FORCE
    assert article.locator("mark").evaluate(IN_VIEW)


def test_page_draws_the_same_as_the_server(open_page: Open, fake: FakePipeline) -> None:
    told = replace(
        PARTIAL,
        question="Combien ?",
        standalone_question="Combien pour les gigafactories ?",
        passages=(passage(HOSTILE, "<img src=x onerror=alert(2)>"), passage(ACT, FORCE)),
    )
    refusal = answering("Qui ?", [], passages=[passage(ACT, FORCE)])
    fake.enqueue(told, told, refusal, refusal)
    shape = """turn => {
      const walk = node => node.nodeType === 3 ? node.data.trim() :
        node.nodeType !== 1 || node.hidden || node.matches(".tools, button") ? "" :
        `<${node.tagName} ${node.getAttribute("href") ?? ""} ${node.lang} ${
          node.getAttribute("aria-label") ?? ""}>` + [...node.childNodes].map(walk).join("");
      return walk(turn);
    }"""
    where = re.compile(r"\(s’ouvre [^)]*\)")  # beside the answer, or in a new tab
    for question in ("Combien ?", "Qui ?"):
        drawn = open_page()
        ask(drawn, question)
        expect(drawn.locator(".verdict")).to_be_visible()
        served = open_page(java_script_enabled=False)
        served.fill("#question", question)
        served.click("#send")
        # Passages carry no language over the wire, quotes do.
        shapes = [page.locator(".turn").evaluate(shape) for page in (drawn, served)]
        assert where.sub("", shapes[0]) == where.sub("", shapes[1])


IN_PANE = """mark => {
  const { top, bottom } = mark.getBoundingClientRect();
  const box = mark.closest("[data-slot=text]").getBoundingClientRect();
  return top >= box.top && bottom <= Math.min(box.bottom, innerHeight);
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_marker_opens_the_source_beside_the_answer(
    open_page: Open, fake: FakePipeline, width: int
) -> None:
    fake.enqueue(FRENCH)
    page = open_page(viewport={"width": width, "height": 800})
    ask(page, "Combien pour les gigafactories ?")
    expect(page.locator(".verdict")).to_be_visible()
    page.click(".answer .marker >> nth=0")
    pane = page.get_by_role("complementary", name="Source")
    mark = pane.locator("mark")
    expect(mark).to_have_text(GIGAFACTORIES)
    assert mark.evaluate(IN_PANE)
    expect(mark).to_be_focused()
    expect(pane.get_by_role("status")).to_have_text("Citation 1 sur 2")
    expect(pane.locator("h2")).to_have_text(INVEST.title)
    expect(page.locator(".answer .marker >> nth=0")).to_have_attribute("aria-current", "true")
    assert page.evaluate(OVERFLOW) == 0
    if width > 1024:
        expect(page.locator(".answer .marker >> nth=1")).to_be_in_viewport()
        assert page.locator(".answer").bounding_box()["x"] < pane.bounding_box()["x"]  # type: ignore[index]
    assert len(page.context.pages) == 1


def test_pane_is_gone_through_and_left_by_keyboard(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page(viewport={"width": 1280, "height": 800})
    ask(page, "Combien pour les gigafactories ?")
    expect(page.locator(".verdict")).to_be_visible()
    marker = page.locator(".answer .marker >> nth=1")
    marker.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#pane mark")
    expect(mark).to_have_text(FRENCH.citations[1].quote)
    page.keyboard.press("ArrowRight")  # round to the first
    expect(mark).to_have_text(FRENCH.citations[0].quote)
    expect(page.locator("#pane .place")).to_have_text("Citation 1 sur 2")
    page.keyboard.press("ArrowLeft")
    expect(mark).to_have_text(FRENCH.citations[1].quote)
    page.keyboard.press("Escape")
    expect(page.locator("#pane")).to_be_hidden()
    expect(marker).to_be_focused()
    expect(page.locator("[aria-current=true]")).to_have_count(0)


def test_pane_shows_translations_passages_and_what_is_gone(
    open_page: Open, fake: FakePipeline
) -> None:
    gone = cite(1, replace(INVEST, id="gone.txt"), GIGAFACTORIES)
    fake.enqueue(PARTIAL, answering("Qui ?", [], passages=[passage(ACT, FORCE)]))
    fake.enqueue(answering("Où ?", [("Là.", [gone])]))
    page = open_page(locale="en-GB")
    ask(page, PARTIAL.question)
    expect(page.locator(".gloss:visible")).to_have_count(2)
    page.locator(".quote:has(.gloss:visible) a").first.click()
    glossed = next(each for each in PARTIAL.citations if each.gloss)
    expect(page.locator("#pane mark")).to_have_text(glossed.quote)
    expect(page.locator("#pane .gloss")).to_contain_text(str(glossed.gloss))
    ask(page, "Qui ?")
    expect(page.locator("#pane")).to_be_hidden()
    expect(page.locator(".turn[data-status=refused]")).to_be_visible()
    page.locator(".turn >> nth=1 >> .passage a").click()
    expect(page.locator("#pane mark")).to_have_text(FORCE)
    expect(page.locator("#pane .steps")).to_be_hidden()
    ask(page, "Où ?")
    expect(page.locator(".turn >> nth=2 >> .verdict")).to_be_visible()
    page.locator(".turn >> nth=2 >> .answer .marker").click()
    expect(page.locator("#pane .trouble")).to_contain_text("There is nothing here")


@pytest.mark.parametrize("script", [True, False], ids=["script", "form"])
def test_partial_answer_tells_what_is_missing_and_what_differs(
    open_page: Open, fake: FakePipeline, script: bool
) -> None:
    fake.enqueue(PARTIAL)
    page = open_page(java_script_enabled=script)
    page.fill("#question", PARTIAL.question)
    page.click("#send")
    expect(page.locator(".turn")).to_have_attribute("data-status", "partial")
    expect(page.locator(".answer").get_by_role("status")).to_have_text(
        "The articles do not answer this part of the question: “who will pay?”"
    )
    expect(page.locator(".sentence")).to_have_count(2)
    expect(page.locator(".sentence >> nth=0")).to_contain_text("The articles differ")
    expect(page.locator(".sentence >> nth=0 >> .marker")).to_have_text(["[1]", "[2]"])
    expect(page.locator(".sentence .tag:visible")).to_have_text(["mot pour mot"])
    differ = page.locator(".disagreements")
    expect(differ.get_by_role("heading")).to_have_text("Les articles ne sont pas d’accord")
    expect(differ.get_by_role("rowheader")).to_have_text(["20 milliards", "19 billion euros"])
    expect(page.locator(".gloss:visible")).to_have_text(
        [f"Traduction automatique {each.gloss}" for each in PARTIAL.citations if each.gloss]
    )
    article = follow(page, ".disagreements .marker >> nth=1")
    assert article.locator("mark").text_content() == COUNTED


def test_glosses_come_last_and_leave_the_reader_where_he_is(
    open_page: Open, fake: FakePipeline
) -> None:
    proven = [each for each in events_of(PARTIAL) if not isinstance(each, TokenEvent)]
    fake.gate = threading.Event()
    fake.enqueue((*proven[:-1], TokenEvent(" "), proven[-1]))
    page = open_page()
    ask(page, PARTIAL.question)
    expect(page.locator(".quote")).to_have_count(3)
    expect(page.locator(".gloss:visible")).to_have_count(0)
    expect(page.locator(".missing")).to_be_empty()
    page.locator(".sentence .marker").last.focus()
    fake.gate.set()
    expect(page.locator(".gloss:visible")).to_have_count(2)
    expect(page.locator(".quote")).to_have_count(3)
    expect(page.locator(".sentence .marker").last).to_be_focused()
    page.reload()
    expect(page.locator(".gloss:visible")).to_have_count(2)
    expect(page.locator(".missing")).to_contain_text("who will pay?")


def test_refusal_shows_near_passages_and_no_marker(open_page: Open) -> None:
    page = open_page()
    ask(page, "Qui a gagné ?")
    expect(page.locator(".turn")).to_have_attribute("data-status", "refused")
    expect(page.locator(".answer")).to_contain_text("Les articles ne répondent pas")
    expect(page.locator(".passages .note")).to_be_visible()
    expect(page.locator(".passages .passage")).to_have_count(2)
    expect(page.locator(".marker:visible")).to_have_count(0)
    article = follow(page, ".passage a >> nth=0")
    assert article.locator("mark").text_content() == GIGAFACTORIES


def test_streaming_shows_draft_then_sentence_and_can_be_stopped(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH, FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    draft = page.locator(".draft")
    expect(draft).to_contain_text("Les")
    expect(draft).to_contain_text("pas encore vérifié")
    expect(page.locator(".passages .count")).to_have_text("2")
    page.click("#stop")
    assert fake.stopped.wait(5)
    expect(page.locator("#status")).to_contain_text("Arrêté")
    expect(draft).to_be_hidden()
    fake.gate.set()
    ask(page, "Combien ?")
    expect(page.locator(".turn >> nth=1")).to_have_attribute("data-status", "answered")
    expect(page.locator(".draft:visible")).to_have_count(0)


def test_reader_who_waits_is_told_the_place(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH, FRENCH, FRENCH)
    first, second, third = (open_page() for _ in range(3))
    for page in (first, second):
        ask(page, "Combien ?")
        expect(page.locator(".draft")).to_contain_text("Les")
    ask(third, "Combien ?")
    expect(third.locator("#status")).to_have_text(
        "D’autres lecteurs passent avant vous. Votre place\u00a0: 1"
    )
    fake.gate.set()
    expect(third.locator(".turn")).to_have_attribute("data-status", "answered")


def test_conversation_is_sent_and_survives_a_language_switch(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, ENGLISH)
    page = open_page()
    ask(page, "Combien ?")
    expect(page.locator(".turn")).to_have_attribute("data-status", "answered")
    page.click(".language")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".answer .marker")).to_have_count(2)
    page.select_option("#language", "en")
    ask(page, "And when?")
    expect(page.locator(".turn >> nth=1")).to_have_attribute("data-status", "answered")
    assert fake.asked[1].language == "en"
    assert fake.asked[1].history == (
        Turn("user", FRENCH.question),
        Turn("assistant", FRENCH.answer),
    )
    page.click("#clear")
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


def test_shift_enter_makes_a_line_and_empty_is_not_sent(
    open_page: Open, fake: FakePipeline
) -> None:
    page = open_page()
    page.press("#question", "Enter")
    page.fill("#question", "Un")
    page.press("#question", "Shift+Enter")
    page.type("#question", "deux")
    page.press("#question", "Enter")
    expect(page.locator(".asked")).to_contain_text("deux")
    expect(page.locator(".verdict")).to_be_visible()
    assert [each.question for each in fake.asked] == ["Un\ndeux"]


def test_failure_says_what_to_do_and_can_be_asked_again(
    open_page: Open, fake: FakePipeline, caplog: pytest.LogCaptureFixture
) -> None:
    fake.enqueue(RuntimeError("boom"), FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    trouble = page.locator(".trouble")
    expect(trouble).to_contain_text("Quelque chose a échoué")
    expect(trouble).not_to_contain_text("boom")
    page.get_by_role("button", name="Redemander").click()
    expect(page.locator(".turn")).to_have_attribute("data-status", "answered")
    expect(page.locator(".turn")).to_have_count(1)
    expect(trouble).to_have_count(0)


def test_markup_in_articles_and_answers_is_text(open_page: Open, fake: FakePipeline) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    text = "<script>alert(1)</script> & co"
    told = answering(evil, [(evil, [cite(1, HOSTILE, text)])], passages=[passage(HOSTILE, text)])
    fake.enqueue(told, told)
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    ask(page, evil)
    expect(page.locator(".sentence [data-slot=text]")).to_have_text(evil)
    expect(page.locator(".asked")).to_contain_text(evil)
    expect(page.locator(".quote blockquote")).to_have_text(text)
    assert page.locator("main img, main script").count() == 0
    article = follow(page, ".answer .marker")
    assert article.locator("mark").text_content() == text
    assert article.locator("main img, main script").count() == 0


def test_form_works_without_script(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page(java_script_enabled=False)
    page.fill("#question", "Combien ?")
    page.click("#send")
    expect(page.locator(".answer .marker")).to_have_text(["[1]", "[2]"])
    article = follow(page, ".answer .marker >> nth=0")
    assert article.locator("mark").text_content() == GIGAFACTORIES


@pytest.mark.parametrize("width", [320, 360, 768])
def test_narrow_pages_never_scroll_sideways(
    open_page: Open, fake: FakePipeline, width: int
) -> None:
    endless = "https://example.org/" + "x" * 300
    fake.enqueue(answering("?", [(endless, [cite(1, INVEST, GIGAFACTORIES)])]))
    page = open_page(viewport={"width": width, "height": 640})
    assert page.evaluate(OVERFLOW) == 0
    ask(page, endless)
    expect(page.locator(".verdict")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    for path in ("/sources", cite(1, INVEST, GIGAFACTORIES).url, "/sources/nope"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        assert page.evaluate(OVERFLOW) == 0


def test_controls_are_large_enough_and_reached_by_keyboard(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH)
    page = open_page(viewport={"width": 360, "height": 640})
    ask(page, "Combien ?")
    expect(page.locator(".verdict")).to_be_visible()
    for target in page.locator("button:visible, select, nav a, summary, .from a:visible").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44, target.text_content()
    page.locator(".top .name").focus()
    for _ in range(4):  # conversations, articles, language
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "marker"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_palettes(
    open_page: Open, fake: FakePipeline, scheme: str
) -> None:
    fake.enqueue(FRENCH, RuntimeError("boom"), PARTIAL)
    page = open_page(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    for question in ("Combien ?", "Encore ?", "What?", "Qui ?"):
        ask(page, question)
        expect(page.locator("#send")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(4)
    expect(page.locator(".verdict:visible")).to_have_count(3)
    assert page.evaluate(CONTRAST) == []
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
    article = follow(page, ".answer .marker >> nth=0")
    assert article.evaluate(CONTRAST) == []


def test_front_page_gets_ready_by_itself(browser: Browser) -> None:
    loaded = threading.Event()

    def load() -> FakePipeline:
        loaded.wait(20)
        return FakePipeline()

    with live(load, ready=False) as url:
        page = browser.new_context(locale="fr-FR").new_page()
        page.goto(url)
        expect(page.locator("#status")).to_contain_text("Chargement")
        loaded.set()
        expect(page.locator(".card")).to_have_count(3)
        expect(page.locator("#status")).to_be_hidden()
        page.context.close()
