"""Take the README's screenshots from a running server.

    python scripts/screenshot.py http://127.0.0.1:8000 --out docs/img

Takes the address of a server that is ready; gives PNG files: the start, the evidence while an
answer is written, an answer on a wide screen (light, dark) and on a phone, a marker's preview, the
source that it opens beside the answer, the article's own page, a refusal, the conversations, the
list of articles.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 180_000
"""Milliseconds to wait for an answer from a real model."""

DESKTOP = {"width": 1100, "height": 800}
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def ask(page: Page, url: str, language: str, question: str, meanwhile: Path | None = None) -> None:
    """Ask and wait for the whole answer; `meanwhile` is a picture of its first words."""
    page.goto(f"{url}/?lang={language}")
    page.fill("#question", question)
    page.press("#question", "Enter")
    if meanwhile:
        page.wait_for_selector(".draft:visible", timeout=PATIENCE)
        page.screenshot(path=meanwhile)
    page.wait_for_selector(".turn[data-status]", timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")


def shoot(
    browser: Browser, url: str, out: Path, name: str, language: str, question: str, **look: object
) -> Page:
    """Open a new window, ask, and keep a picture."""
    settings = {"viewport": DESKTOP, "device_scale_factor": 2, **look}
    page = browser.new_context(**settings).new_page()  # type: ignore[arg-type]
    ask(page, url, language, question)
    page.screenshot(path=out / f"{name}.png")
    return page


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="address of a running server")
    parser.add_argument("--out", type=Path, default=Path("docs/img"), help="folder of the pictures")
    parser.add_argument("--chromium", default=CHROMIUM, help="the browser to drive")
    parser.add_argument(
        "--french", default="Combien d’argent ira aux gigafactories d’IA ?", help="a question"
    )
    parser.add_argument("--english", default="What is InvestAI meant to do?", help="a question")
    parser.add_argument(
        "--refused", default="Qui a gagné la Coupe du monde en 1998 ?", help="one to be refused"
    )
    told = parser.parse_args()
    url, out = told.url.rstrip("/"), told.out
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=told.chromium, args=FLAGS)
        page = browser.new_context(viewport=DESKTOP, device_scale_factor=2).new_page()
        ask(page, url, "en", told.english, out / "writing.png")
        page.click("#history")
        page.screenshot(path=out / "conversations.png")
        page = shoot(browser, url, out, "answer", "fr", told.french)
        article = page.get_attribute(".answer .marker", "href")
        page.hover(".answer .marker")
        page.wait_for_selector("#preview:visible")
        page.screenshot(path=out / "preview.png")
        page.set_viewport_size(WIDE)
        page.click(".answer .marker")
        page.wait_for_selector("#pane mark")
        page.screenshot(path=out / "source.png")
        page.goto(f"{url}{article}")
        page.screenshot(path=out / "article.png")
        shoot(browser, url, out, "answer-dark", "en", told.english, color_scheme="dark")
        shoot(browser, url, out, "answer-phone", "fr", told.french, viewport=PHONE)
        shoot(browser, url, out, "refusal", "fr", told.refused)
        page.goto(f"{url}/sources?lang=fr")
        page.screenshot(path=out / "articles.png")
        page = browser.new_context(viewport=DESKTOP, device_scale_factor=2).new_page()
        page.goto(f"{url}/?lang=fr")
        page.wait_for_selector(".suggestion:visible", timeout=PATIENCE)
        page.screenshot(path=out / "start.png")
        browser.close()
    for picture in sorted(out.glob("*.png")):
        print(picture)


if __name__ == "__main__":
    main()
