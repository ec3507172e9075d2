"""What the tests in a real Chromium share: the browser, a live application, what pages must hold.

A plugin: a module that sets `pytest_plugins = ["browser"]` has its fixtures. Without a browser
its tests are skipped, except where `CI=true`: there they must run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from euaiqa.datamodels import Document
from fakes_pipeline import ARTICLES, FakePipeline
from live_server import live

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

IN_VIEW = """mark => {
  const { top, bottom } = mark.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some(each => each.nodeType === 3 && each.data.trim());
    if (!own || !node.checkVisibility() || node.closest(".unseen")) continue;
    const [a, b] = [rgb(getComputedStyle(node).color), ground(node)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${node.className} ${node.textContent.slice(0, 30)} ${ratio}`);
  }
  return faint;
}"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
    if not found:
        message = "no Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> FakePipeline:
    """What is served: over the articles a test names with `serving`, or the usual three."""
    return FakePipeline(articles=list(getattr(request, "param", ARTICLES)))


def serving(articles: Sequence[Document]) -> pytest.MarkDecorator:
    """Serve other articles; a served index never changes, so the test cannot change them later."""
    return pytest.mark.parametrize("fake", [articles], indirect=True, ids=[""])


@pytest.fixture
def url(fake: FakePipeline) -> Iterator[str]:
    with live(lambda: fake) as url:
        yield url
        if fake.gate:
            fake.gate.set()


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Open]:
    """Open the front page; no page may break its content policy or fail in its script."""
    contexts = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type in {"error", "warning"}
                and "status of" not in message.text
                and "ERR_INTERNET_DISCONNECTED" not in message.text  # a test cut the network
                else None
            ),
        )
        page.on(
            "request",
            lambda request: None if request.url.startswith(url) else complaints.append(request.url),
        )

    def open_(path: str = "/", locale: str = "fr-FR", **settings: Any) -> Page:
        context = browser.new_context(
            locale=locale, viewport=settings.pop("viewport", {"width": 1100, "height": 800}),
            **settings,
        )  # fmt: skip
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.goto(url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")


def follow(page: Page, selector: str) -> Page:
    """Open a link in a new tab."""
    with page.context.expect_page() as opened:
        page.click(selector, modifiers=["ControlOrMeta"])
    opened.value.wait_for_load_state()
    return opened.value
