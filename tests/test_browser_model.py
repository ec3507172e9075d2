"""The whole program, as a reader has it: real models, real index, a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from rich.console import Console

from browser import IN_VIEW, ask, follow
from euaiqa import pipeline as pipelines
from euaiqa import settings as settings_module
from euaiqa.pipeline import Pipeline
from live_server import live

pytestmark = [pytest.mark.browser, pytest.mark.model]
pytest_plugins = ["browser"]

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120_000  # ms


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    given = {
        "seeds": ROOT / "seeds",
        "index": tmp_path_factory.mktemp("index"),
        "cells_disk": 0,
    }
    settings = settings_module.load().model_copy(update=given)
    pipelines.prepare(settings, Console(quiet=True))
    return pipelines.open_pipeline(settings, suggest=True)


@pytest.fixture
def page(browser: Browser, real: Pipeline) -> Iterator[Page]:
    with live(lambda: real) as url:
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(url)
        yield page
        context.close()


def test_question_is_answered_and_its_marker_opens_the_very_words(
    page: Page, real: Pipeline
) -> None:
    ask(page, "How much money will go to the AI gigafactories?")
    expect(page.locator(".passage mark").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".turn")).to_have_attribute("data-status", "answered", timeout=PATIENCE)
    expect(page.locator(".answer")).to_contain_text(re.compile("20 (billion|milliards)"))
    quote = page.locator(".quote blockquote >> nth=0").text_content()
    assert any(quote in document.text for document in real.documents.values())
    page.click(".answer .marker >> nth=0")
    expect(page.locator("#pane mark")).to_have_text(quote or "")
    article = follow(page, ".answer .marker >> nth=0")
    assert article.locator("mark").all_text_contents() == [quote]
    assert article.locator("mark").evaluate(IN_VIEW)


def test_question_that_no_article_answers_is_refused(page: Page) -> None:
    ask(page, "Qui a gagné la Coupe du monde de football en 1998 ?")
    expect(page.locator(".turn")).to_have_attribute("data-status", "refused", timeout=PATIENCE)
    expect(page.locator(".answer")).to_contain_text("Les articles ne répondent pas")
    expect(page.locator(".passages .passage").first).to_be_visible()
    expect(page.locator(".marker:visible")).to_have_count(0)


def test_question_that_is_suggested_is_answered(page: Page) -> None:
    expect(page.locator(".suggestion").first).to_be_visible(timeout=PATIENCE)
    page.locator(".suggestion").first.click()
    expect(page.locator(".turn")).to_have_attribute("data-status", "answered", timeout=PATIENCE)
