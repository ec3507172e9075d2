"""The chat in a real Chromium: what is shown on the way, checked, kept and taken along."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from browser import IN_VIEW, OVERFLOW, Open, ask
from euaiqa.datamodels import (
    Disagreement,
    DisagreementValue,
    DroppedEvent,
    Sentence,
    TokenEvent,
)
from fakes_pipeline import (
    ACT,
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

INVENTED = "Les gigafactories recevront 30 milliards d’euros."
ROOM = "Chaque usine aura environ 100 000 puces. Les autres sommes iront aux entreprises."


def matched() -> Any:
    """A passage of two sentences, of which the second matches."""
    found = passage(INVEST, f"{GIGAFACTORIES} {ROOM}")
    start = INVEST.text.index("Chaque usine")
    text = "Chaque usine aura environ 100 000 puces."
    return replace(found, match=Sentence(INVEST.id, start, start + len(text), text))


def answered(page: Page, turn: int = 0) -> None:
    expect(page.locator(f".turn >> nth={turn} >> .verdict")).to_be_visible()


def press_until(page: Page, reached: str, key: str = "Tab", most: int = 40) -> None:
    """Press a key until the focus is on what a selector names."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement.matches(s)", reached):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{reached} is not reached by {key}")


# Watch it work


def test_passages_are_cards_before_anything_is_written(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    told = replace(FRENCH, passages=(matched(), passage(ACT, FORCE)))
    fake.enqueue(tuple(events_of(told)))
    page = open_page()
    ask(page, "Combien ?")
    card = page.locator(".passage >> nth=0")
    expect(card.locator("cite")).to_have_text(INVEST.title)
    expect(card).to_contain_text("11 février 2025")
    expect(card).to_contain_text("français")
    expect(card.locator("mark")).to_have_text("Chaque usine aura environ 100 000 puces.")
    expect(card.locator("mark")).to_be_in_viewport()
    expect(card.locator("[data-slot=before]")).to_be_hidden()
    expect(page.locator(".draft")).to_contain_text("Les")
    ink = "node => getComputedStyle(node).color"
    assert page.locator(".draft").evaluate(ink) != page.locator(".asked").evaluate(ink)
    fake.gate.set()
    answered(page)
    expect(card).to_be_hidden()
    page.click("summary")
    expect(card.locator("[data-slot=before]")).to_have_text(f"{GIGAFACTORIES} ")
    assert card.locator("[data-slot=text]").text_content() == matched().passage.text


def test_matching_sentence_is_marked_by_code_points(open_page: Open, fake: FakePipeline) -> None:
    text = "La Commission veut prendre place face aux géants américains et chinois."
    start = INVEST.text.index(text)
    before = INVEST.text[:start]
    assert len(before.encode("utf-16-le")) > 2 * len(before)
    found = replace(
        passage(INVEST, f"{before}{text}"),
        match=Sentence(INVEST.id, start, start + len(text), text),
    )
    fake.enqueue(answering("Qui ?", [], passages=[found]))
    page = open_page()
    ask(page, "Qui ?")
    answered(page)
    expect(page.locator(".passage mark")).to_have_text(text)


def test_passage_that_is_being_read_does_not_fold_away(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    page.locator(".passage a >> nth=1").focus()
    fake.gate.set()
    answered(page)
    expect(page.locator(".passage a >> nth=1")).to_be_focused()


def test_dropped_sentence_is_seen_going(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    passages, *rest = events_of(FRENCH)
    fake.enqueue((passages, DroppedEvent("Never drafted."), TokenEvent(f"{INVENTED} "),
                  DroppedEvent(INVENTED), *rest))  # fmt: skip
    page = open_page()
    ask(page, "Combien ?")
    expect(page.locator(".draft")).to_contain_text(INVENTED)
    expect(page.locator("#status")).to_have_text("Vérification de chaque phrase…")
    fake.gate.set()
    gone = page.locator(".gone p >> nth=1")
    expect(gone.locator("del")).to_have_text(INVENTED)
    expect(gone).to_contain_text("écarté")
    answered(page)
    expect(page.locator(".sentence")).to_have_count(2)
    expect(gone).to_have_count(0, timeout=8_000)


def test_states_are_told_in_words_and_aloud(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH, answering("Qui ?", [], passages=[passage(ACT, FORCE)]))
    page = open_page(locale="en-GB")
    ask(page, "Combien ?")
    expect(page.locator("#status")).to_have_text("Writing…")
    expect(page.locator("#spoken")).to_have_text("Reading 2 passages…")
    assert page.locator("#spoken").get_attribute("role") == "status"
    fake.gate.set()
    expect(page.locator("#spoken")).to_have_text(
        "Answer ready: 2 sentences, each proven by a quote."
    )
    ask(page, "Qui ?")
    expect(page.locator("#spoken")).to_have_text("Les articles ne répondent pas à cette question.")


def test_connection_that_is_lost_offers_to_ask_again(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH, ENGLISH)
    page = open_page()

    def cut(route: Route) -> None:
        body = ': waiting\n\nevent: token\ndata: {"text": "Les "}\n\n'
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    page.route("**/ask", cut)
    ask(page, "Combien ?")
    expect(page.get_by_role("alert")).to_contain_text("Le serveur ne répond pas")
    expect(page.locator(".draft")).to_be_hidden()
    page.unroute("**/ask")
    page.context.set_offline(True)
    page.get_by_role("button", name="Redemander").click()
    expect(page.get_by_role("alert")).to_contain_text("Le serveur ne répond pas")
    page.context.set_offline(False)
    page.get_by_role("button", name="Redemander").click()
    answered(page)
    expect(page.locator(".turn")).to_have_count(1)
    assert [each.question for each in fake.asked] == ["Combien ?"]


# Ask


def test_last_question_is_changed_and_its_answer_replaced(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, ENGLISH, PARTIAL, FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    ask(page, "When?")
    answered(page, 1)
    page.locator(".turn >> nth=1 >> [data-do=edit]").click()
    expect(page.locator("#question")).to_have_value("When?")
    expect(page.locator("#editing")).to_be_visible()
    page.click("#keep")
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator("#editing")).to_be_hidden()
    page.locator(".turn >> nth=1 >> [data-do=edit]").click()
    page.fill("#question", "And who?")
    page.press("#question", "Enter")
    expect(page.locator(".turn[data-status=partial]")).to_be_visible()
    expect(page.locator(".asked [data-slot=question]")).to_have_text(["Combien ?", "And who?"])
    assert [turn.content for turn in fake.asked[2].history] == [FRENCH.question, FRENCH.answer]
    # An older one is asked anew at the end: what followed it stays.
    page.locator(".turn >> nth=0 >> [data-do=again]").click()
    expect(page.locator(".turn")).to_have_count(3)
    answered(page, 2)


def test_stopped_question_can_be_asked_again(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH, FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    expect(page.locator(".draft")).to_contain_text("Les")
    page.click("#stop")
    expect(page.locator("#status")).to_contain_text("Arrêté")
    expect(page.locator("[data-do=plain]")).to_be_hidden()
    fake.gate.set()
    page.click("[data-do=again]")
    answered(page)
    expect(page.locator(".turn")).to_have_count(1)


def test_suggestions_come_from_the_articles(open_page: Open, fake: FakePipeline) -> None:
    page = open_page()
    expect(page.locator("#suggestions")).to_be_hidden()
    fake.suggested["fr"] = ("Combien de <b>puces</b> ?", "Quand ?")
    fake.enqueue(FRENCH)
    expect(page.locator(".suggestion")).to_have_text(["Combien de <b>puces</b> ?", "Quand ?"])
    page.locator(".suggestion >> nth=0").focus()
    page.keyboard.press("Enter")
    answered(page)
    assert [each.question for each in fake.asked] == ["Combien de <b>puces</b> ?"]
    expect(page.locator("#suggestions")).to_be_hidden()
    plain = open_page(java_script_enabled=False)
    plain.click("text=Quand ?")
    expect(plain.locator("#question")).to_have_value("Quand ?")


def test_suggestions_are_shown_as_they_are_made(open_page: Open, fake: FakePipeline) -> None:
    fake.suggested["fr"] = ("Un ?",)
    page = open_page()
    expect(page.locator(".suggestion")).to_have_text(["Un ?"])
    page.locator(".suggestion").focus()
    fake.suggested["fr"] = ("Un ?", "Deux ?", "Trois ?", "Quatre ?")
    expect(page.locator(".suggestion")).to_have_text(["Un ?", "Deux ?", "Trois ?", "Quatre ?"])
    expect(page.locator(".suggestion").first).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/?q=Who+pays%3F"])
def test_question_asked_while_loading_waits(browser: Browser, path: str) -> None:
    loaded, fake = threading.Event(), FakePipeline()
    fake.enqueue(ENGLISH)

    def load() -> FakePipeline:
        loaded.wait(20)
        return fake

    with live(load, ready=False) as url:
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(url + path)
        if path == "/":
            ask(page, "Who pays?")
        expect(page.locator("#status")).to_contain_text("Your question is asked then.")
        expect(page.locator("#question")).to_have_value("Who pays?")
        loaded.set()
        answered(page)
        assert [each.question for each in fake.asked] == ["Who pays?"]
        page.context.close()


@pytest.mark.parametrize("outcome", ["failed", "stopped"])
def test_answer_stays_until_there_is_a_new_one(
    open_page: Open, fake: FakePipeline, outcome: str
) -> None:
    fake.enqueue(FRENCH, RuntimeError("boom") if outcome == "failed" else ENGLISH, PARTIAL)
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    if outcome == "stopped":
        fake.gate = threading.Event()
    page.click("[data-do=again]")
    if outcome == "stopped":
        expect(page.locator(".draft:visible")).to_have_count(1)
        expect(page.locator(".turn >> nth=0")).to_be_hidden()
        page.click("#stop")
        fake.gate = None
    expect(page.locator(".turn >> nth=1")).not_to_have_attribute("aria-busy", "true")
    answered(page)
    expect(page.locator(".answer >> nth=0")).to_contain_text("20 milliards")
    page.locator(".turn >> nth=1").get_by_role("button", name="Redemander").click()
    expect(page.locator(".turn[data-status=partial]")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    assert fake.asked[2].history == ()
    page.reload()
    expect(page.locator(".turn[data-status=partial]")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


def test_asking_again_leaves_what_is_typed_and_other_turns(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, RuntimeError("boom"), ENGLISH, PARTIAL)
    page = open_page()
    for question in ("A ?", "B ?", "C ?"):
        ask(page, question)
        expect(page.locator("#send")).to_be_visible()
    page.locator("[data-do=edit] >> visible=true").last.click()
    page.get_by_role("alert").get_by_role("button", name="Redemander").click()
    questions = page.locator(".asked [data-slot=question]")
    expect(questions).to_have_text(["A ?", "C ?", "B ?"])
    expect(page.locator("#question")).to_have_value("C ?")


def test_question_typed_survives_the_language_switch(open_page: Open) -> None:
    page = open_page()
    page.fill("#question", "Combien de")
    page.click(".language")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#question")).to_have_value("Combien de")


def test_focus_goes_on_where_its_control_is_hidden(open_page: Open, fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH)
    page = open_page()
    page.fill("#question", "Combien ?")
    page.locator("#send").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_be_focused()
    fake.gate.set()
    answered(page)
    expect(page.locator("#send")).to_be_focused()


def test_answer_to_a_form_sent_before_the_script_ran_stays(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    page.fill("#question", "Combien ?")
    page.evaluate("document.getElementById('ask').submit()")
    answered(page)
    page.wait_for_load_state("networkidle")
    answered(page)
    expect(page.locator("#welcome")).to_be_hidden()


# Check it


def test_quote_of_an_article_that_changed_is_found_or_missed_openly(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH)
    page = open_page(locale="en-GB")
    ask(page, "Combien ?")
    answered(page)
    fake.articles = [replace(INVEST, text="Une ligne 🇪🇺 nouvelle.\n\n" + INVEST.text), ACT]
    page.reload()
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_have_text(GIGAFACTORIES)
    expect(page.locator("#pane [data-part=changed]")).to_be_hidden()
    page.keyboard.press("Escape")
    fake.articles = [replace(INVEST, text=INVEST.text.replace("20 milliards", "30 milliards"))]
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane")).to_contain_text("This article has changed since it was quoted")
    expect(page.locator("#pane mark")).to_have_count(0)


def test_asking_beside_an_open_source_keeps_the_focus_in_the_box(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, ENGLISH)
    page = open_page(viewport={"width": 1280, "height": 800})
    ask(page, "Combien ?")
    answered(page)
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_be_focused()
    page.locator("#question").focus()
    page.keyboard.type("Quand ?")
    page.keyboard.press("Enter")
    answered(page, 1)
    expect(page.locator("#question")).to_be_focused()


def test_back_leaves_the_sheet_on_a_phone(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page("/sources", viewport={"width": 390, "height": 800})
    page.goto(page.url.replace("/sources", "/"))
    ask(page, "Combien ?")
    answered(page)
    for leave in (page.go_back, lambda: page.keyboard.press("Escape")):
        page.click(".answer .marker >> nth=0")
        expect(page.locator("#pane mark")).to_be_focused()
        leave()
        expect(page.locator("#pane")).to_be_hidden()
        expect(page.locator(".turn")).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile("/sources$"))


def test_typing_does_not_scroll_the_answer_away(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(replace(FRENCH, passages=tuple([passage(ACT, FORCE)] * 8)))
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    page.click("summary")
    page.evaluate("scrollTo(0, 0)")
    page.locator("#question").focus()
    page.keyboard.type("Et quand ?")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_large_text_fits(open_page: Open, fake: FakePipeline, width: int) -> None:
    fake.enqueue(PARTIAL)
    page = open_page(viewport={"width": width, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    ask(page, "Combien ?")
    answered(page)
    assert page.evaluate(OVERFLOW) == 0
    box = page.locator("#send").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_long_words_in_titles_and_values_fit(open_page: Open, fake: FakePipeline) -> None:
    title = "x" * 200
    cited = cite(1, replace(INVEST, title=title), GIGAFACTORIES)
    differ = Disagreement(title, (DisagreementValue("y" * 100, 1),) * 2)
    fake.enqueue(answering("?", [("A.", [cited])], disagreements=[differ]))
    page = open_page(viewport={"width": 320, "height": 640})
    ask(page, "?")
    answered(page)
    assert page.evaluate(OVERFLOW) == 0


def test_sheet_on_a_phone_keeps_the_focus(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page(viewport={"width": 390, "height": 800})
    ask(page, "Combien ?")
    answered(page)
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.matches('body, #pane *')")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#ask")).to_have_js_property("inert", False)
    page.locator("#question").focus()
    expect(page.locator("#question")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#ask")).to_have_js_property("inert", True)
    page.click("#pane [data-slot=close]")
    page.locator("#question").click()
    expect(page.locator("#question")).to_be_focused()


def test_marker_previews_its_quote_on_focus_and_hover(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page(viewport={"width": 390, "height": 700})
    ask(page, "Combien ?")
    answered(page)
    marker, preview = page.locator(".answer .marker >> nth=0"), page.get_by_role("tooltip")
    expect(preview).to_have_count(0)
    press_until(page, ".marker", "Shift+Tab")
    press_until(page, ".answer .marker", "Shift+Tab")
    press_until(page, ".answer .marker:first-child", "Shift+Tab")
    preview = page.locator("#preview")
    expect(preview.locator("blockquote")).to_be_visible()
    focused = page.evaluate("document.activeElement.textContent")
    quote = FRENCH.citations[int(focused[1]) - 1].quote
    expect(preview.locator("blockquote")).to_have_text(quote)
    expect(preview).to_contain_text(INVEST.title)
    expect(preview).to_contain_text("11 février 2025")
    expect(page.locator(".marker:focus")).to_have_attribute("aria-describedby", "preview")
    box = preview.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] >= 0
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    marker.hover()
    expect(preview.locator("blockquote")).to_have_text(GIGAFACTORIES)
    preview.hover()
    expect(preview).to_be_visible()
    page.mouse.move(5, 5)
    expect(preview).to_be_hidden()


def test_pane_greys_what_is_never_quoted(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_have_text(GIGAFACTORIES)
    expect(page.locator("#pane p.aside")).to_have_text(
        ["Laisser un commentaire", "Votre adresse e-mail ne sera pas publiée."]
    )
    shown = page.locator("#pane [data-slot=text] p").all_text_contents()
    title, *lines = [line for line in INVEST.text.splitlines() if line.strip()]
    assert (title, shown) == (INVEST.title, lines)


def test_disagreement_is_a_table(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(PARTIAL)
    page = open_page(locale="en-GB", viewport={"width": 390, "height": 700})
    ask(page, "?")
    answered(page)
    table = page.get_by_role("table")
    expect(table.locator("caption")).to_have_text("gigafactories")
    expect(table.get_by_role("columnheader")).to_have_text(["Value", "Quote", "Article", "Date"])
    rows = table.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1).get_by_role("rowheader")).to_have_text("20 milliards")
    expect(rows.nth(1).get_by_role("cell")).to_have_text(
        [f"{GIGAFACTORIES} [1]", INVEST.title, "11 February 2025"]
    )
    expect(rows.nth(2).get_by_role("cell").last).to_have_text("undated")
    assert page.evaluate(OVERFLOW) == 0


# Keep it


def copied(page: Page, after: str = "") -> str:
    """What the clipboard holds, once it is something else than before."""
    for _ in range(100):
        text = str(page.evaluate("navigator.clipboard.readText()"))
        if text != after:
            return text
        page.wait_for_timeout(50)
    raise AssertionError("nothing else was copied")


def test_answer_is_copied_with_footnotes(open_page: Open, fake: FakePipeline, url: str) -> None:
    fake.enqueue(FRENCH)
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "Combien ?")
    answered(page)
    page.click("[data-do=plain]")
    expect(page.locator(".done")).to_have_text("Copié.")
    where = f"    {INVEST.title}, 11 février 2025. {url}"
    assert copied(page) == (
        f"{FRENCH.question}\n\n{FRENCH.answer}\n\n"
        f"[1] «\u00a0{FRENCH.citations[0].quote}\u00a0»\n{where}{FRENCH.citations[0].url}\n"
        f"[2] «\u00a0{FRENCH.citations[1].quote}\u00a0»\n{where}{FRENCH.citations[1].url}\n"
    )


def test_answer_is_copied_as_markdown_that_shows_every_sign(
    open_page: Open, fake: FakePipeline, url: str
) -> None:
    text = "<script>alert(1)</script> & co"
    cited = cite(1, HOSTILE, text)
    told = answering("*Why*?\n# x", [("1. [a](b) & `code`!", [cited])], missing="Not `who`.")
    fake.enqueue(told)
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "x")
    answered(page)
    page.click("[data-do=markdown]")
    expect(page.locator(".done")).to_have_text("Copié.")
    assert copied(page) == (
        "**\\*Why\\*? \\# x**\n\n"
        "1\\. \\[a\\](b) \\& \\`code\\`\\![^1] Not \\`who\\`.\n\n"
        "[^1]: «\u00a0\\<script\\>alert(1)\\</script\\> \\& co\u00a0» "
        f"[\\<script\\>alert(1)\\</script\\>]({url}{cited.url}), sans date.\n"
    )


def test_links_lead_back_to_the_question_and_to_the_quote(
    open_page: Open, fake: FakePipeline, url: str
) -> None:
    question = "Combien & pourquoi + « où » ?"
    fake.enqueue(replace(FRENCH, question=question, standalone_question=question), FRENCH)
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.select_option("#language", "fr")
    ask(page, question)
    answered(page)
    page.click("[data-do=link]")
    expect(page.locator(".done")).to_have_text("Copié.")
    link = copied(page)
    page.locator("[data-do=quote]").first.click()
    quote = copied(page, after=link)
    opened = open_page(link.removeprefix(url))
    answered(opened)
    assert [(each.question, each.language) for each in fake.asked] == [(question, "fr")] * 2
    assert opened.url == f"{url}/"
    assert "q=" not in str(opened.locator(".language").get_attribute("href"))
    opened.reload()
    expect(opened.locator(".turn")).to_have_count(1)
    assert len(fake.asked) == 2
    fake.articles = [replace(INVEST, text=f"Une ligne.\n\n{INVEST.text}"), ACT]
    article = open_page(quote.removeprefix(url))
    assert article.locator("mark").text_content() == GIGAFACTORIES
    assert article.locator("mark").evaluate(IN_VIEW)


def test_follow_up_is_shared_as_it_was_understood(
    open_page: Open, fake: FakePipeline, url: str
) -> None:
    understood = "Combien pour les gigafactories en France ?"
    fake.enqueue(replace(FRENCH, question="et en France ?", standalone_question=understood))
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "et en France ?")
    answered(page)
    page.click("[data-do=link]")
    expect(page.locator(".done")).to_have_text("Copié.")
    link = copied(page)
    assert link == f"{url}/?q=Combien+pour+les+gigafactories+en+France+%3F"
    page.click("[data-do=plain]")
    assert copied(page, after=link).startswith(f"et en France ? ({understood})\n\n")


def test_copying_works_where_there_is_no_clipboard(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page(permissions=["clipboard-read"])
    page.evaluate("""() => {
      const read = navigator.clipboard.readText.bind(navigator.clipboard);
      Object.defineProperty(navigator, "clipboard", { value: { readText: read } });
    }""")
    ask(page, "Combien ?")
    answered(page)
    page.click("[data-do=plain]")
    expect(page.locator(".done")).to_have_text("Copié.")
    assert copied(page).startswith(f"{FRENCH.question}\n\n{FRENCH.answer}")
    expect(page.locator("[data-do=plain]")).to_be_focused()


def test_conversation_is_saved_as_json(open_page: Open, fake: FakePipeline, tmp_path: Path) -> None:
    fake.enqueue(FRENCH, ENGLISH)
    page = open_page()
    for turn, question in enumerate(("Combien ?", "When?")):
        ask(page, question)
        answered(page, turn)
    with page.expect_download() as download:
        page.click("#export")
    assert re.fullmatch(r"euaiqa-\d{4}-\d\d-\d\d\.json", download.value.suggested_filename)
    download.value.save_as(tmp_path / "a.json")
    told = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [reply["answer"] for reply in told["replies"]] == [FRENCH.answer, ENGLISH.answer]
    assert told["replies"][0]["citations"][0]["quote"] == GIGAFACTORIES


def test_conversations_are_kept_opened_and_deleted_in_the_browser(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, ENGLISH, PARTIAL)
    page = open_page(locale="en-GB")
    ask(page, "Combien ?")
    answered(page)
    page.click("#clear")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    ask(page, "When?")
    answered(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".turn")).to_have_count(0)  # a tab begins anew
    other.click("#history")
    dialog = other.get_by_role("dialog", name="Conversations")
    titles = dialog.locator("[data-slot=title]")
    expect(titles).to_have_text([ENGLISH.question, FRENCH.question])
    expect(dialog.locator(".date").first).to_contain_text("1 question")
    dialog.get_by_role("button", name="Combien").first.click()
    expect(dialog).to_be_hidden()
    expect(other.locator(".asked")).to_contain_text(FRENCH.question)
    ask(other, "Who?")
    answered(other, 1)
    assert fake.asked[2].history[0].content == FRENCH.question
    page.reload()
    expect(page.locator(".asked")).to_contain_text(ENGLISH.question)
    page.click("#history")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".date").first).to_contain_text("2 questions")
    page.evaluate("""localStorage.setItem("euaiqa-conversation-z",
      JSON.stringify({ changed: 1, replies: [{ question: "Old?" }] }))""")
    page.keyboard.press("Escape")
    page.click("#history")
    for _ in range(2):  # it asks once more
        dialog.get_by_role("button", name="Delete the conversation “Old?”").click()
    expect(dialog.locator("li")).to_have_count(2)
    expect(page.locator(".turn")).to_have_count(1)  # another one was deleted
    for _ in range(2):
        dialog.get_by_role("button", name=f"Delete the conversation “{ENGLISH.question}”").click()
    expect(dialog.locator("[data-slot=title]")).to_have_text([FRENCH.question])
    expect(page.locator(".turn")).to_have_count(0)
    dialog.get_by_role("button", name="Delete all").click()
    expect(dialog.locator("li")).to_have_count(1)  # it asks once more
    dialog.get_by_role("button", name="Delete all for good?").click()
    expect(dialog).to_contain_text("There are none yet.")
    assert page.evaluate("Object.keys(localStorage)") == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#history")).to_be_focused()


def test_two_tabs_on_one_conversation_lose_nothing_of_each_others(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH, PARTIAL, ENGLISH, FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.click("#history")
    other.click("[data-do=open]")
    ask(other, "Who?")
    answered(other, 1)
    expect(page.locator(".turn")).to_have_count(2)  # as it is in the other tab
    ask(page, "When?")
    answered(page, 2)
    expect(other.locator(".turn")).to_have_count(3)
    other.click("#history")
    other.click("[data-do=delete-all]")
    other.click("[data-do=delete-all]")
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, "Encore ?")
    answered(page)
    page.reload()
    expect(page.locator(".asked [data-slot=question]")).to_have_text([FRENCH.question])


@pytest.mark.parametrize(
    "kept",
    [
        {"replies": [None], "changed": 1},
        {"replies": [{"question": "Q"}], "changed": "yesterday"},
        {"replies": [{"question": "Q"}], "changed": 1e99},
        {"replies": [{"question": "Q"}]},
        {"replies": "x", "changed": 1},
        {"replies": [{"question": "Q", "answer": "of another version"}], "changed": 1},
        None,
    ],
)
def test_conversation_of_another_shape_breaks_nothing(
    open_page: Open, fake: FakePipeline, kept: object
) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    page.evaluate(
        """kept => {
          sessionStorage.setItem("euaiqa-open", "odd");
          localStorage.setItem("euaiqa-conversation-odd", JSON.stringify(kept));
        }""",
        kept,
    )
    page.reload()
    ask(page, "Combien ?")
    answered(page)
    page.click("#history")
    titles = page.locator(".conversations [data-slot=title]")
    expect(titles.first).to_be_visible()
    page.click("[data-do=delete-all]")
    page.click("[data-do=delete-all]")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_full_storage_loses_the_oldest_conversation_only(
    open_page: Open, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    page.evaluate("""() => {
      for (let i = 0; i < 6; i++) {
        const replies = [{ question: `Q${i}`, filler: "x".repeat(8e5) }];
        localStorage.setItem(`euaiqa-conversation-${i}`, JSON.stringify({ changed: i, replies }));
      }
      const rest = 5242880 - JSON.stringify(localStorage).length;
      localStorage.setItem("euaiqa-conversation-x", "not JSON" + "y".repeat(rest - 1000));
    }""")
    ask(page, "Combien ?")
    answered(page)
    kept = page.evaluate("Object.keys(localStorage).filter(k => /-\\d$/.test(k)).sort()")
    assert kept == [f"euaiqa-conversation-{i}" for i in range(1, 6)]
    page.click("#history")
    expect(page.locator(".conversations [data-slot=title]")).to_have_text(
        [FRENCH.question, "Q5", "Q4", "Q3", "Q2", "Q1"]
    )


def test_a_hundred_conversations_are_kept(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    page.evaluate("""() => {
      for (let i = 0; i < 105; i++) {
        const kept = { changed: i, replies: [{ question: `Q${i}` }] };
        localStorage.setItem(`euaiqa-conversation-${i}`, JSON.stringify(kept));
      }
    }""")
    ask(page, "Combien ?")
    answered(page)
    page.click("#history")
    titles = page.locator(".conversations [data-slot=title]")
    expect(titles).to_have_count(100)
    expect(titles.last).to_have_text("Q6")


def test_page_works_where_storage_is_forbidden(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page("/sources")
    page.add_init_script("""
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get() { throw new DOMException("no"); } });
      }""")
    page.goto(page.url.replace("/sources", "/"))
    ask(page, "Combien ?")
    answered(page)
    page.click("#history")
    expect(page.get_by_role("dialog")).to_contain_text("Il n’y en a pas encore.")


def test_print_shows_answer_and_addresses_and_no_controls(
    open_page: Open, fake: FakePipeline, url: str
) -> None:
    fake.enqueue(PARTIAL)
    page = open_page(color_scheme="dark")
    ask(page, "Combien ?")
    answered(page)
    page.emulate_media(media="print")
    for seen in (".answer", ".quote blockquote >> nth=0", ".disagreements"):
        expect(page.locator(seen)).to_be_visible()
    for hidden in ("#ask", ".tools >> nth=0", ".whole", "nav", ".quote a >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    after = "node => getComputedStyle(node, '::after').content"
    assert page.locator(".quote .from >> nth=0").evaluate(after) == (
        f'"{url}{PARTIAL.citations[0].url}"'
    )
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_verdict_and_note_are_kept_where_the_operator_wants_them(
    browser: Browser, fake: FakePipeline, tmp_path: Path
) -> None:
    file = tmp_path / "verdicts.jsonl"
    fake.enqueue(FRENCH)
    with live(lambda: fake, feedback=file) as url:
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(url)
        ask(page, "Combien ?")
        answered(page)
        page.get_by_role("button", name="A bad answer").click()
        expect(page.locator("[data-do=down]")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".done")).to_have_text("Your verdict is kept.")
        page.get_by_label("What was good or bad").fill("Not « enough ».")
        page.get_by_role("button", name="Send the note").click()
        expect(page.locator(".verdict-note")).to_be_hidden()
        expect(page.locator(".done")).to_have_text("The note is kept. Thank you.")
        page.context.close()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(each["verdict"], each["note"]) for each in lines] == [
        ("down", ""), ("down", "Not « enough »."),
    ]  # fmt: skip
    assert lines[1]["answer"] == FRENCH.answer
    assert lines[1]["citations"][0]["quote"] == GIGAFACTORIES


def test_nobody_is_asked_for_a_verdict_by_default(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = open_page()
    ask(page, "Combien ?")
    answered(page)
    expect(page.locator("[data-do=plain]")).to_be_visible()
    expect(page.locator("[data-do=up], [data-do=down]")).to_have_count(0)


# Craft


def test_everything_is_done_by_keyboard_alone(open_page: Open, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH, ENGLISH)
    page = open_page(locale="en-GB")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("Combien ?")
    page.keyboard.press("Enter")
    answered(page)
    press_until(page, ".answer .marker", "Shift+Tab", 60)
    page.keyboard.press("Enter")
    expect(page.locator("#pane mark")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#pane mark")).to_be_focused()
    page.keyboard.press("Escape")
    press_until(page, "[data-do=edit]")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(" And when?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn[data-status] [data-slot=question]")).to_have_text(
        ["Combien ? And when?"]
    )
    press_until(page, "#clear", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    press_until(page, "#history", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press_until(page, "[data-do=open]")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    page.locator("body").press("Tab")
    press_until(page, ".skip", "Shift+Tab", 60)
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()


def findings(page: Page) -> list[str]:
    """What axe-core finds on a page, serious and critical ones."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_serious_on_any_page_or_state(
    open_page: Open, fake: FakePipeline, scheme: str, width: int
) -> None:
    fake.suggested["fr"] = ("Combien ?",)
    page = open_page(
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    home = page.url

    def state(name: str) -> None:
        assert findings(page) == [], name

    state("start")
    fake.gate = threading.Event()
    passages, *rest = events_of(FRENCH)
    fake.enqueue((passages, DroppedEvent(INVENTED), *rest), PARTIAL, RuntimeError("boom"))
    ask(page, "Combien ?")
    expect(page.locator(".draft")).to_be_visible()
    state("writing")
    fake.gate.set()
    answered(page)
    fake.gate = None
    state("answered")
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_be_visible()
    state("source beside")
    page.keyboard.press("Escape")
    ask(page, "What?")
    answered(page, 1)
    state("disagreement")
    ask(page, "Encore ?")
    expect(page.get_by_role("alert")).to_be_visible()
    state("failed")
    ask(page, "Qui ?")
    answered(page, 3)
    state("refused")
    page.locator("[data-do=edit]").last.click()
    state("editing")
    page.click("#history")
    state("conversations")
    for path in ("sources", "sources?q=intelligence", cite(1, INVEST, GIGAFACTORIES).url[1:], "no"):
        page.goto(home + path)
        state(path)


def test_page_weighs_less_than_150_kb(open_page: Open, fake: FakePipeline) -> None:
    page = open_page("/sources")
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(page.url.replace("/sources", "/"), wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) < 150_000


def test_link_from_another_site_asks_nothing(
    browser: Browser, url: str, fake: FakePipeline
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("http://elsewhere.example/", lambda route: route.fulfill(
        content_type="text/html", body=f'<a href="{url}/?q=How+much%3F">x</a>'))  # fmt: skip
    page.goto("http://elsewhere.example/")
    page.click("a")
    expect(page.locator("#question")).to_have_value("How much?")
    page.wait_for_timeout(300)
    assert fake.asked == []
    context.close()
