"""The list of articles: what is found, in which order, on which page, and what of it is shown."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from euaiqa.app.articles import PAGE_SIZE, SNIPPET, Filters, Found, Library, Row, address, part
from euaiqa.app.folding import Folded, Folding, needles
from euaiqa.app.pages import web_folder
from euaiqa.app.wording import wording
from euaiqa.datamodels import Document, RetrievedPassage
from euaiqa.errors import Busy, GenerationError
from euaiqa.segment import sentences
from fakes_pipeline import ACT, FORCE, GIGAFACTORIES, INVEST, FakePipeline, article, passage
from test_app import JSON, PAGE, is_problem, serving, until

EN = wording("en", web_folder() / "locales")

SUMMER = article(
    "summer.txt",
    "L’été des puces\n\nLes Œuvres d’art coûtent 5 M€. Les usines tournent.\n\nAbonnez-vous.\n",
    published=dt.date(2024, 7, 1),
    boilerplate=["Abonnez-vous."],
)
AIMS = article(
    "aims.txt",
    "Aims of a policy\n\nIt says nothing of machines. Said Paris: factories come first.\n",
    language="en",
    published=dt.date(2025, 3, 2),
)
AI = article(
    "ai.txt",
    "“AI” on trial\n\nA court in Paris has ruled on AI. Factories wait, and so do the puces.\n",
    language="en",
    published=dt.date(2024, 1, 9),
)
OLD = article("old.txt", "École des puces\n\nUn texte sans date.\n")
ALL = (SUMMER, AIMS, AI, OLD)


def library(*documents: Document) -> Library:
    return Library({each.id: each for each in documents}, {d.id: sentences(d) for d in documents})


LIBRARY = library(*ALL)


def ids(filters: Filters, *near: RetrievedPassage) -> list[str]:
    return [each.document.id.partition(".")[0] for each in LIBRARY.find(filters, near)]


def test_find_puts_the_newest_first_and_the_undated_last() -> None:
    assert ids(Filters()) == ["aims", "summer", "ai", "old"]


def test_find_by_title_heeds_neither_accents_nor_quotation_marks() -> None:
    assert ids(Filters(sort="title")) == ["ai", "aims", "old", "summer"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ÉTÉ", ["summer"]), ("ete", ["summer"]), ("L'été", ["summer"]), ("oeuvres", ["summer"]),
        ("e\u0301te\u0301", ["summer"]), ("m€", ["summer"]), ("AI", ["ai"]), ("ecole", ["old"]),
        ("factor", ["aims", "ai"]), ("actories", []), ("paris factories", ["aims", "ai"]),
        ("paris été", []), ("puces", ["summer", "old", "ai"]), ("abonnez", []), ("?!", []),
    ],
)  # fmt: skip
def test_find_wants_all_words_whatever_case_and_accents(q: str, found: list[str]) -> None:
    assert ids(Filters(q=q)) == found


def test_find_by_meaning_comes_after_the_words_once_each() -> None:
    near = [
        passage(AIMS, "It says nothing of machines."),
        passage(SUMMER, "Les usines tournent."),
        passage(AIMS, "Said Paris: factories come first."),
        passage(OLD, "Un texte sans date."),
        passage(INVEST, GIGAFACTORIES),
    ]
    assert ids(Filters(q="puces"), *near) == ["summer", "old", "ai", "aims"]
    *_, last = LIBRARY.find(Filters(q="puces"), near)
    [row] = LIBRARY.rows([last], "puces")
    assert row.match == "near"
    assert row.snippet
    assert AIMS.text[row.snippet.start : row.snippet.end] == "It says nothing of machines."
    assert ids(Filters(q="puces", language="fr"), *near) == ["summer", "old"]


def test_find_by_meaning_shows_the_nearest_sentence() -> None:
    whole = passage(AIMS, "It says nothing of machines. Said Paris: factories come first.")
    nearest = sentences(AIMS)[2]
    [row] = LIBRARY.rows(LIBRARY.find(Filters(q="usines x"), [replace(whole, match=nearest)]), "x")
    assert row.snippet
    assert (row.snippet.start, row.snippet.end) == (nearest.start, nearest.end)


def test_filters_combine() -> None:
    assert LIBRARY.years == [2025, 2024]
    assert LIBRARY.undated
    assert ids(Filters(year="2024")) == ["summer", "ai"]
    assert ids(Filters(year="undated")) == ["old"]
    assert ids(Filters(language="en", year="2024")) == ["ai"]
    assert ids(Filters(q="puces", language="fr")) == ["summer", "old"]
    assert ids(Filters(q="puces", language="fr", year="2024")) == ["summer"]
    assert ids(Filters(q="puces", language="en", year="2025")) == []


def shown(row: Row) -> tuple[str, list[str]]:
    assert row.snippet
    bits = row.snippet.bits
    return "".join(bit.text for bit in bits), [bit.text for bit in bits if bit.hit]


def rows(library: Library, q: str) -> tuple[Row, ...]:
    return library.rows(library.find(Filters(q=q)), q)


def test_snippet_is_the_sentence_with_most_of_the_words() -> None:
    [first, second] = rows(LIBRARY, "Paris AI") + rows(LIBRARY, "oeuvres coutent")
    [most] = rows(LIBRARY, "court puces factories")
    assert shown(most)[0] == "Factories wait, and so do the puces."
    assert shown(first) == ("A court in Paris has ruled on AI.", ["Paris", "AI"])
    assert shown(second) == ("Les Œuvres d’art coûtent 5 M€.", ["Œuvres", "coûtent"])
    assert second.snippet
    assert SUMMER.text[second.snippet.start : second.snippet.end] == shown(second)[0]


def test_snippet_never_repeats_the_title() -> None:
    [row] = rows(LIBRARY, "ecole")
    assert row.snippet is None


@pytest.mark.parametrize("filler", ["mot ", "x"])
def test_snippet_of_a_long_sentence_is_cut_around_the_word(filler: str) -> None:
    text = f"Titre\n\nDébut {filler * 300} aiguille {filler * 300} fin."
    [row] = rows(library(article("long.txt", text)), "aiguille")
    told, hits = shown(row)
    assert hits == ["aiguille"]
    assert len(told) <= SNIPPET + 4
    assert told.startswith("… ")
    assert told.endswith(" …")


SYLLABLES = st.sampled_from(
    ["é", "E\u0301", "œ", "ß", "a", "B", " ", "’", "½", "日", "\u0301", "ﬁ"]
)


@given(st.lists(SYLLABLES, max_size=12).map("".join), st.lists(SYLLABLES, max_size=12))
def test_folded_places_lead_back_to_what_was_found(before: str, parts: list[str]) -> None:
    text = f"{before} Cœur d’été {''.join(parts)}"
    folded = Folded(text, Folding())
    for needle in needles("coeur ete"):
        assert folded.holds([needle])
        for start, end in folded.places(needle):
            assert Folded(text[start:end], Folding()).holds([needle])
    assert "Cœur" in {text[start:end] for start, end in folded.places(" coeur")}


@given(st.integers(0, 4 * PAGE_SIZE + 1))
def test_pages_hold_each_article_once(count: int) -> None:
    found = [Found(replace(OLD, id=str(number))) for number in range(count)]
    pages = part(found, 1).pages
    parts = [part(found, number) for number in range(1, pages + 1)]
    assert [each for one in parts for each in one.found] == found
    assert [one.number for one in parts] == list(range(1, pages + 1))
    assert all(one.found for one in parts) or not count
    assert {one.count for one in parts} == {count}
    assert part(found, pages + 7) == parts[-1]


def test_address_tells_only_what_was_chosen() -> None:
    assert address(Filters()) == "/sources"
    assert address(Filters(), 2) == "/sources?page=2"
    chosen = Filters("l'IA & l'été", "fr", "2025", "title")
    assert address(chosen, 3) == (
        "/sources?q=l%27IA+%26+l%27%C3%A9t%C3%A9&language=fr&year=2025&sort=title&page=3"
    )


# The page


@pytest.fixture
def fake() -> FakePipeline:
    return FakePipeline(articles=(*ALL, INVEST, ACT))


@pytest.fixture
def client(fake: FakePipeline) -> Iterator[TestClient]:
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        yield client


def page(client: TestClient, **params: str) -> str:
    reply = client.get("/sources", params=params, headers=PAGE)
    assert reply.status_code == 200
    return html.unescape(reply.text)


def titles(text: str) -> list[str]:
    return re.findall(r"<h3[^>]*><a[^>]*>([^<]*)</a>", text)


def test_page_lists_all_articles_with_their_facts(client: TestClient) -> None:
    text = page(client)
    assert titles(text) == [AIMS.title, INVEST.title, SUMMER.title, AI.title, OLD.title, ACT.title]
    assert "6 articles" in text
    assert "All indexed on 1 March 2026." in text
    assert "<span>1 July 2024</span> <span>French</span> <span>3 sentences</span>" in text
    assert re.findall(r"<option[^>]*>(\d{4}|undated)", text) == ["2025", "2024", "undated"]


def test_page_puts_what_was_asked_back_into_its_form(client: TestClient) -> None:
    text = page(client, q='"puces"', language="fr", year="1999", sort="title")
    assert 'value=""puces""' in text
    assert re.findall(r"<option[^>]* selected>([^<]*)", text) == ["French", "1999", "by title"]
    assert "Nothing found" in text
    assert '<a class="button" href="/sources">' in text


def test_page_shows_what_words_and_meaning_find_and_links_it_marked(
    client: TestClient, fake: FakePipeline
) -> None:
    text = page(client, q="Paris", language="any")
    assert fake.searched == [("Paris", 50)]
    assert titles(text) == [AIMS.title, AI.title, INVEST.title, ACT.title]
    assert "4 of 6 articles" in text
    assert text.index("With these words") < text.index("Close in meaning")
    links = re.findall(r'class="snippet"[^>]*><a href="([^"]+)">(.*?)</a>', text, re.DOTALL)
    marks = []
    for link, _ in links:
        opened = html.unescape(client.get(link, headers=PAGE).text)
        marks += re.findall(r'<mark id="quote"[^>]*>([^<]*)</mark>', opened)
    assert marks == [re.sub(r"</?b>", "", told) for _, told in links]
    assert marks[2:] == [GIGAFACTORIES, FORCE]
    assert "A court in <b>Paris</b> has ruled on AI." in text


def test_page_without_words_asks_for_no_meaning(client: TestClient, fake: FakePipeline) -> None:
    page(client)
    assert "Nothing found" in page(client, q=" … ")
    assert titles(page(client, q="  ")) == titles(page(client))
    assert fake.searched == []


@pytest.mark.parametrize("error", [Busy("full", retry_after=1), GenerationError("broken")])
def test_page_searches_words_while_the_meaning_is_busy(
    client: TestClient, fake: FakePipeline, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(query: str, k: int) -> tuple[RetrievedPassage, ...]:
        raise error

    told = "The search by meaning is busy"
    assert told not in page(client, q="Paris")
    monkeypatch.setattr(fake, "search", fail)
    text = page(client, q="Paris")
    assert titles(text) == [AIMS.title, AI.title]
    assert told in text


def test_page_leads_to_the_others_and_keeps_the_filters() -> None:
    many = [article(f"{n:03}.txt", f"Titre {n:03}\n\nUn texte.") for n in range(101)]
    with serving(lambda: FakePipeline(articles=many)) as client:
        until(lambda: client.get("/health").status_code == 200)
        seen, path, walked = [], "/sources?q=texte&language=fr&sort=title", []
        while path and len(walked) < 4:
            text = html.unescape(client.get(path, headers=PAGE).text)
            seen += titles(text)
            walked.append(re.findall(r"Page \d+ of \d+", text)[0])
            path = "".join(re.findall(r'rel="next" href="([^"]+)"', text))
        assert seen == [each.title for each in many]
        assert walked == ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]
        [back] = re.findall(r'rel="prev" href="([^"]+)"', text)
        assert back == "/sources?q=texte&language=fr&sort=title&page=2"
        assert titles(page(client, page="99", q="texte", language="fr", sort="title")) == [
            "Titre 100"
        ]
        assert len(client.get("/sources?page=2", headers=JSON).json()["sources"]) == 101


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=0",
        "language=xx",
        "year=25",
        "year=20256",
        "sort=oldest",
        "q=" + "a" * 1001,
    ],
)
def test_wrong_parameters_are_refused(client: TestClient, query: str) -> None:
    told = is_problem(client.get(f"/sources?{query}", headers=JSON), 422, "invalid")
    assert told["detail"].startswith(query.partition("=")[0])
    reply = client.get(f"/sources?{query}", headers=PAGE)
    assert reply.status_code == 422
    assert EN.advice("address").title in reply.text
    assert EN.advice("invalid").title not in reply.text


def test_json_is_filtered_and_tells_sentences_and_when_indexed(client: TestClient) -> None:
    asked = {"q": "puces", "language": "fr", "year": "2024"}
    reply = client.get("/sources", params=asked, headers=JSON).json()
    assert reply["sources"] == [
        {
            "document": SUMMER.id,
            "title": SUMMER.title,
            "published": "2024-07-01",
            "language": "fr",
            "sha256": SUMMER.sha256,
            "sentences": 3,
            "indexed": "2026-03-01T09:30:00Z",
        }
    ]


def test_language_switch_keeps_the_search(client: TestClient) -> None:
    text = page(client, q="puces", language="fr", page="2")
    assert 'href="/sources?q=puces&language=fr&page=2&lang=fr"' in text


# An article


def test_article_page_makes_every_sentence_addressable(client: TestClient) -> None:
    text = client.get("/sources/2025/invest%20ai.txt", headers=PAGE).text
    told = sentences(INVEST)
    assert re.findall(r' id="s-(\d+)-(\d+)"', text) == [(str(s.start), str(s.end)) for s in told]
    links = re.findall(r'<a class="link"[^>]* href="([^"]+)"[^>]*></a>', text)
    assert len(links) == len(told)
    for each, link in list(zip(told, links, strict=True))[::7]:
        opened = html.unescape(client.get(html.unescape(link), headers=PAGE).text)
        assert re.findall(r"<mark[^>]*>([^<]*)</mark>", opened) == [each.text]


def test_article_page_holds_the_text_and_nothing_between(client: TestClient) -> None:
    text = client.get(f"/sources/{SUMMER.id}", headers=PAGE).text
    shown = re.findall(r"<(h1|p)(?: class=\"aside\"| lang=\"fr\")?>(.*?)</\1>", text, re.DOTALL)
    lines = [html.unescape(re.sub(r"<[^>]+>", "", each)) for _, each in shown]
    assert lines == [line for line in SUMMER.text.splitlines() if line]


def test_article_page_tells_date_language_sentences_and_when_indexed(client: TestClient) -> None:
    text = client.get(f"/sources/{SUMMER.id}", headers=PAGE).text
    facts = ["1 July 2024", "French", "3 sentences", "Indexed on 1 March 2026"]
    [told] = re.findall(r'<p class="facts">(.*?)</p>', text)
    assert re.findall(r"<span>([^<]*)</span>", told) == facts


def test_article_without_sentences_offers_no_links() -> None:
    bare = article("bare.txt", "Abonnez-vous.", title="Titre", boilerplate=["Abonnez-vous."])
    with serving(lambda: FakePipeline(articles=[bare])) as client:
        until(lambda: client.get("/health").status_code == 200)
        text = client.get("/sources/bare.txt", headers=PAGE).text
    assert "0 sentences" in text
    assert "checkbox" not in text
    assert "Abonnez-vous." in text
