"""The list of articles and their pages in a real Chromium, see `browser`: `pytest -m browser`."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser import CONTRAST, IN_VIEW, OVERFLOW, Open, serving
from euaiqa.app.article import article_url
from euaiqa.segment import sentences
from fakes_pipeline import ACT, ARTICLES, FORCE, GIGAFACTORIES, INVEST, FakePipeline, article

pytestmark = pytest.mark.browser
pytest_plugins = ["browser"]

MANY = [article(f"{n:03}.txt", f"Titre {n:03}\n\nUn texte.") for n in range(60)]
LONG = article(
    "reprint.txt", "Un titre repris\n\nUn texte repris.", outlet=f"Agence {'presse' * 60}",
    address=f"https://example.org/{'page/' * 40}",
)  # fmt: skip
ENDLESS = article("long.txt", f"{'Titre' * 60}\n\nUn {'x' * 300}texte. Un {'texte' * 90}.")
OTHERS = sentences(INVEST)
LAST = OTHERS[-1]
DUTIES = sentences(ACT)[2]  # not the first of its line


def tab_to(page: Page, selector: str) -> None:
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the Tab key never reaches {selector}")


def test_list_is_searched_and_filtered_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("/sources")
    expect(page.locator(".row")).to_have_count(3)
    tab_to(page, "#q")
    page.keyboard.type("gigafactories")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sources?q=gigafactories&*")
    expect(page.locator(".tally")).to_contain_text("2 articles sur 3")
    tab_to(page, "select[name=language]")
    page.keyboard.press("a")
    tab_to(page, "select[name=year]")
    page.keyboard.press("s")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**language=en&year=undated*")
    expect(page.locator(".row h3")).to_have_text([ACT.title])
    tab_to(page, ".snippet a")
    page.keyboard.press("Enter")
    page.wait_for_url("**#quote")
    assert page.locator("mark").evaluate(IN_VIEW)


@pytest.mark.parametrize("script", [True, False], ids=["script", "none"])
def test_sentence_is_linked_to_and_its_link_marks_it(open_page: Open, script: bool) -> None:
    page = open_page(article_url(INVEST.id), java_script_enabled=script)
    expect(page.locator(".link:visible")).to_have_count(0)
    page.locator(f"#s-{LAST.start}-{LAST.end}").hover()
    link = page.locator(f"#s-{LAST.start}-{LAST.end} > .link")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("aria-label", "Lien vers cette phrase")
    link.click()
    page.wait_for_url("**#quote")
    mark = page.locator("mark")
    assert mark.text_content() == LAST.text
    expect(mark).to_be_in_viewport()


def test_sentence_links_are_reached_by_keyboard_once_asked_for(open_page: Open) -> None:
    page = open_page(article_url(INVEST.id))
    assert page.get_by_role("link", name="Lien vers cette phrase").count() == 0
    tab_to(page, "#links")
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="Lien vers cette phrase")).to_have_count(len(OTHERS))
    tab_to(page, f"#s-{OTHERS[4].start}-{OTHERS[4].end} > .link")
    page.keyboard.press("Enter")
    page.wait_for_url("**#quote")
    assert page.locator("mark").text_content() == OTHERS[4].text
    assert page.locator("mark").evaluate(IN_VIEW)


def test_sentence_links_move_nothing_and_are_not_copied(open_page: Open) -> None:
    page = open_page(article_url(ACT.id))
    place = f"#s-{DUTIES.start}-{DUTIES.end}"
    before = page.locator(place).bounding_box()
    page.check("#links")
    assert page.locator(place).bounding_box() == before
    page.evaluate("getSelection().selectAllChildren(document.querySelectorAll('article > p')[0])")
    copied = page.evaluate("getSelection().toString()")
    assert copied == ACT.text.splitlines()[2]


def test_sentence_in_an_address_stands_out(open_page: Open) -> None:
    [force] = [each for each in sentences(ACT) if each.text == FORCE]
    page = open_page(f"{article_url(ACT.id)}#s-{force.start}-{force.end}")
    plain = "e => getComputedStyle(e).backgroundColor"
    target = page.locator(":target")
    assert target.text_content() == FORCE
    assert target.evaluate(plain) != page.locator(".s:not(:target)").first.evaluate(plain)


@serving([*MANY, *ARTICLES])
def test_list_works_without_script(open_page: Open) -> None:
    page = open_page("/sources?sort=title", java_script_enabled=False)
    expect(page.locator(".row")).to_have_count(50)
    page.click("[rel=next]")
    expect(page.locator(".row")).to_have_count(13)
    page.click("[rel=prev]")
    page.fill("#q", "gigafactories d'IA")
    page.select_option("select[name=language]", "fr")
    page.click("button[type=submit]")
    expect(page.locator(".row h3")).to_have_text([INVEST.title])
    expect(page.locator("select[name=sort]")).to_have_value("title")
    page.click(".snippet a")
    assert page.locator("mark").text_content() == GIGAFACTORIES


@serving([*MANY, *ARTICLES, ENDLESS, LONG])
@pytest.mark.parametrize("width", [320, 768])
def test_pages_fit_and_controls_are_large_enough(
    open_page: Open, fake: FakePipeline, width: int
) -> None:
    fake.reprints[LONG.id] = [ENDLESS, INVEST]
    page = open_page("/sources", viewport={"width": width, "height": 640})
    origin = page.url.removesuffix("/sources")
    mark = "?start=5&end=400#quote"
    for path in ("/sources?q=texte", "/sources?q=gigafactories", "/sources?year=1999",
                 "/sources?page=2", "/sources?page=x", "/sources?q=repris",
                 article_url(LONG.id), article_url(ENDLESS.id) + mark):  # fmt: skip
        page.goto(origin + path)
        assert page.evaluate(OVERFLOW) == 0, path
        controls = (
            "main button, main select, main input[type=search], main label:has(input), .row a, "
            ".facts a"
        )
        for target in page.locator(f"{controls}, .button, nav a, .tally a, .back a").all():
            box = target.bounding_box()
            assert box
            assert box["height"] >= 44, (path, target.inner_text())
    page.check("#links")
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_palettes(open_page: Open, scheme: str) -> None:
    page = open_page("/sources", color_scheme=scheme)
    origin = page.url.removesuffix("/sources")
    last = f"{article_url(INVEST.id)}?start={LAST.start}&end={LAST.end}"
    for path in ("/sources?q=gigafactories", "/sources?q=zzz&year=1999", last,
                 f"{article_url(INVEST.id)}#s-{LAST.start}-{LAST.end}"):  # fmt: skip
        page.goto(origin + path)
        assert page.evaluate(CONTRAST) == [], path


def test_print_shows_the_article_alone(open_page: Open) -> None:
    page = open_page(article_url(INVEST.id))
    page.check("#links")
    page.emulate_media(media="print")
    expect(page.locator(".link:visible, .aids:visible, nav:visible")).to_have_count(0)
    expect(page.locator("article > p").first).to_be_visible()


@serving([*ARTICLES, LONG])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_origin_and_twins_are_accessible_and_nothing_of_them_is_loaded(
    open_page: Open, fake: FakePipeline, scheme: str
) -> None:
    fake.reprints[LONG.id] = [INVEST, ACT]
    page = open_page("/sources?q=repris", color_scheme=scheme)
    link = page.get_by_role("link", name="Page d’origine (s’ouvre dans un nouvel onglet)")
    expect(link).to_have_attribute("href", LONG.address)
    assert Axe().run(page).response["violations"] == []
    page.click(".row h3 a")
    expect(link).to_have_attribute("rel", "noreferrer")
    expect(page.locator(".twins")).to_contain_text("Même texte que")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("link", name=ACT.title).click()
    expect(page.locator("h1")).to_have_text(ACT.title)
