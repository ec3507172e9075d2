"""How soon the pages are drawn, how much they weigh, and when a question's passages appear.

    python -m benchmarks.page http://127.0.0.1:8000 --out docs/performance.md

Takes the address of a running server; drives Debian's Chromium. First contentful paint is the
browser's own figure. Passages and first words are timed in the page, from the key that sends
the question and from the start of the reply. Not a test: a machine at work draws later.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.machine import measured
from benchmarks.sections import put

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TIMES = 15
QUESTIONS = (
    "Combien d’argent ira aux gigafactories d’IA ?",
    "What is InvestAI meant to do?",
    "Combien de puces aura une gigafactory ?",
    "Who announced InvestAI?",
    "Qui a gagné la Coupe du monde en 1998 ?",
)
PAINT = """() => new Promise(told => {
  const find = () => performance.getEntriesByName("first-contentful-paint")[0];
  const look = () => find() ? told(find().startTime) : setTimeout(look, 10);
  look();
})"""
# Notes when the reply begins, when the first card is drawn and when the first words are.
WATCH = """() => {
  window.seen = {};
  const note = name => window.seen[name] ??= performance.now();
  const fetched = window.fetch;
  window.fetch = async (...given) => {
    if (given[0] !== "/ask") return fetched(...given);
    note("sent");
    const response = await fetched(...given);
    note("begun");
    return response;
  };
  new MutationObserver(() => requestAnimationFrame(() => {
    if (document.querySelector(".turn:last-child .passage")) note("passages");
    if (document.querySelector(".turn:last-child .draft:not([hidden])")) note("words");
  })).observe(document.getElementById("turns"), { childList: true, subtree: true,
    attributes: true, characterData: true });
}"""


def drawn(browser: Browser, address: str) -> tuple[float, int]:
    """First contentful paint in ms, and bytes as sent, of a page that nothing was kept of."""
    context = browser.new_context()
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(address, wait_until="networkidle")
    paint = page.evaluate(PAINT)
    context.close()
    return float(paint), sum(sizes)


def asked(page: Page, question: str) -> dict[str, float]:
    """What `WATCH` notes of one question, ms."""
    page.evaluate(WATCH)
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn:last-child[data-status]", timeout=180_000)
    seen: dict[str, float] = page.evaluate("window.seen")
    page.reload()
    return seen


def table(url: str, chromium: str) -> str:
    """Measure, and write it as Markdown."""
    lines = ["| page | first paint, median | slowest | weight |", "|---|---|---|---|"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{url}/sources")
        article = page.get_attribute('main a[href^="/sources/"]', "href")
        for name, path in (("chat", "/"), ("articles", "/sources"), ("an article", article)):
            runs = [drawn(browser, url + str(path)) for _ in range(TIMES)]
            paints = [paint for paint, _ in runs]
            weight = max(size for _, size in runs)
            lines.append(
                f"| {name} | {statistics.median(paints):.0f} ms | {max(paints):.0f} ms "
                f"| {weight / 1000:.0f} kB |"
            )
        page.goto(url)
        told = [asked(page, question) for question in QUESTIONS * 2][len(QUESTIONS) :]
        browser.close()
    for name, since, until in (
        ("passages drawn, since the question was sent", "sent", "passages"),
        ("passages drawn, since the reply began", "begun", "passages"),
        ("first words drawn, since the question was sent", "sent", "words"),
    ):
        spans = [each[until] - each[since] for each in told if until in each]
        lines.append(
            f"| {name} ({len(spans)} questions) | {statistics.median(spans):.0f} ms "
            f"| {max(spans):.0f} ms | |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="address of a running server that is ready")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--chromium", default=CHROMIUM, help="the browser to drive")
    told = parser.parse_args()
    started = time.monotonic()
    text = table(told.url.rstrip("/"), told.chromium)
    how = f"{measured(time.monotonic() - started)} {TIMES} times, nothing kept in the browser."
    put(told.out, "page", f"## The page in a browser\n\n{how}\n\n{text}")


if __name__ == "__main__":
    main()
