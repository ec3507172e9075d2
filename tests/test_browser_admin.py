"""The operator's page in a real Chromium, see `browser`: `pytest -m browser`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser import CONTRAST, OVERFLOW, Open
from euaiqa.datamodels import DocumentProblem
from euaiqa.errors import IndexError_
from euaiqa.notice import Notice
from fakes_operations import FakeOperations, with_problems
from fakes_pipeline import FakePipeline
from live_server import live

pytestmark = pytest.mark.browser
pytest_plugins = ["browser"]

KEY = {"username": "anyone", "password": "sésame"}


@pytest.fixture
def operations() -> Iterator[FakeOperations]:
    operations = FakeOperations()
    yield operations
    if operations.gate:
        operations.gate.set()


@pytest.fixture
def url(fake: FakePipeline, operations: FakeOperations) -> Iterator[str]:
    with live(lambda: fake, operations, admin_key=KEY["password"]) as url:
        yield url


@pytest.fixture
def open_admin(open_page: Open) -> Open:
    def open_(**settings: Any) -> Page:
        return open_page("/admin", http_credentials=KEY, **settings)

    return open_


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the Tab key never reaches {selector}")


def axe_finds(page: Page) -> list[str]:
    return [each["id"] for each in Axe().run(page).response["violations"]]


def test_index_is_rebuilt_by_keyboard_and_its_progress_is_shown(
    open_admin: Open, operations: FakeOperations
) -> None:
    operations.gate = threading.Event()
    operations.batches = 2
    operations.left = 125.0
    page = open_admin()
    expect(page.locator("#progress")).to_be_hidden()
    tab_to(page, "#rebuild")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("En cours de construction")
    expect(page.locator("#step")).to_have_text(
        "Calcul des vecteurs · 0 sur 200 · encore 3 min environ"
    )
    bar = page.locator("progress")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [0, 200]
    assert axe_finds(page) == []
    page.focus("#reload")
    operations.gate.set()
    expect(page.locator(".outcome")).to_contain_text("2 articles ajoutés, 1 modifié, 0 retiré")
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#reload")).to_be_focused()
    assert "mot de passe" not in page.content() and KEY["password"] not in page.content()


def test_job_of_another_operator_is_drawn_and_then_told(
    open_admin: Open, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations.gate = threading.Event()
    page = open_admin(locale="en-GB")
    other = open_admin(locale="en-GB")
    other.click("#rebuild")
    expect(page.locator("#step")).to_contain_text("Embedding texts · 0 of 200", timeout=15_000)
    assert page.locator("progress").evaluate("bar => [bar.value, bar.max]") == [0, 200]
    operations.gate.set()
    expect(page.locator(".outcome")).to_contain_text("2 articles added")


def test_failure_is_told_with_what_to_do(open_admin: Open, operations: FakeOperations) -> None:
    operations.script.append(IndexError_("another program builds it", hint="wait for it"))
    page = open_admin()
    page.click("#rebuild")
    expect(page.locator(".trouble")).to_contain_text("another program builds it — wait for it")
    expect(page.locator(".trouble")).to_contain_text("d’après l’index en place")
    assert axe_finds(page) == []
    page.click("#rebuild")
    expect(page.locator(".outcome")).to_be_visible()


def test_page_works_without_script(open_admin: Open, operations: FakeOperations) -> None:
    operations.gate = threading.Event()
    page = open_admin(java_script_enabled=False)
    page.click("#rebuild")
    expect(page.locator("#state")).to_contain_text("En cours de construction")
    expect(page.locator("#step")).to_contain_text("Calcul des vecteurs")
    operations.gate.set()
    # It looks again by itself.
    expect(page.locator(".outcome")).to_contain_text("2 articles ajoutés", timeout=15_000)
    page.click("summary >> text=2 articles ajoutés")
    expect(page.locator(".files li").first).to_have_text("2026/élan.txt")


def test_server_that_went_away_is_told_while_a_job_runs(
    open_admin: Open, operations: FakeOperations
) -> None:
    operations.gate = threading.Event()
    page = open_admin()
    page.click("#rebuild")
    expect(page.locator("#step")).to_contain_text("200")
    page.context.set_offline(True)
    expect(page.locator("#step")).to_have_text("Le serveur ne répond pas")
    page.context.set_offline(False)
    expect(page.locator("#step")).to_contain_text("200")
    operations.gate.set()
    expect(page.locator(".outcome")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_page_fits_is_legible_and_clean(
    open_admin: Open, operations: FakeOperations, scheme: str, width: int
) -> None:
    long = DocumentProblem("dossier/" + "x" * 120 + ".txt", Notice("y" * 90), Notice("z" * 90))
    operations.told = with_problems([long, *operations.told.changes.problems])
    page = open_admin(color_scheme=scheme, viewport={"width": width, "height": 700})
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(CONTRAST) == []
    assert axe_finds(page) == []
    for target in page.locator("main button, main a, summary, nav a").all():
        box = target.bounding_box()
        assert box and box["height"] >= 44, target.inner_text()


def test_wrong_key_is_asked_for_again_and_shows_nothing(open_page: Open, url: str) -> None:
    page = open_page("/sources", http_credentials={**KEY, "password": "no"})
    reply = page.goto(f"{url}/admin")
    assert reply and reply.status == 401
    expect(page.locator("main")).to_contain_text("La clé de l’exploitant est nécessaire")
