"""The list of articles: what is found, in which order, on which page, and what of it is shown."""

from __future__ import annotations

import datetime as dt
import html
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from euaiqa.app import routes, texts
from euaiqa.app.articles import PAGE_SIZE, Filters, Found, Row, address, part
from euaiqa.app.folding import Folded, Folding, needles
from euaiqa.app.listing import Listing
from euaiqa.app.pages import web_folder
from euaiqa.app.snippets import SNIPPET
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


def listing(*documents: Document) -> Listing:
    return Listing(FakePipeline(articles=documents))


ARTICLES = listing(*ALL)


def ids(filters: Filters, *near: RetrievedPassage) -> list[str]:
    return [each.document.partition(".")[0] for each in ARTICLES.find(filters, near).found]


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
    *_, last = ARTICLES.find(Filters(q="puces"), near).found
    [row] = ARTICLES.rows([last], "puces")
    assert row.match == "near"
    assert row.snippet
    assert AIMS.text[row.snippet.start : row.snippet.end] == "It says nothing of machines."
    assert ids(Filters(q="puces", language="fr"), *near) == ["summer", "old"]


def test_find_by_meaning_shows_the_nearest_sentence() -> None:
    whole = passage(AIMS, "It says nothing of machines. Said Paris: factories come first.")
    nearest = sentences(AIMS)[2]
    found = ARTICLES.find(Filters(q="usines x"), [replace(whole, match=nearest)]).found
    [row] = ARTICLES.rows(found, "x")
    assert row.snippet
    assert (row.snippet.start, row.snippet.end) == (nearest.start, nearest.end)


def test_filters_combine() -> None:
    assert ARTICLES.years == [2025, 2024]
    assert ARTICLES.undated
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


def rows(listing: Listing, q: str) -> tuple[Row, ...]:
    return listing.rows(listing.find(Filters(q=q)).found, q)


def test_snippet_is_the_sentence_with_most_of_the_words() -> None:
    [first, second] = rows(ARTICLES, "Paris AI") + rows(ARTICLES, "oeuvres coutent")
    [most] = rows(ARTICLES, "court puces factories")
    assert shown(most)[0] == "Factories wait, and so do the puces."
    assert shown(first) == ("A court in Paris has ruled on AI.", ["Paris", "AI"])
    assert shown(second) == ("Les Œuvres d’art coûtent 5 M€.", ["Œuvres", "coûtent"])
    assert second.snippet
    assert SUMMER.text[second.snippet.start : second.snippet.end] == shown(second)[0]


def test_snippet_never_repeats_the_title() -> None:
    [row] = rows(ARTICLES, "ecole")
    assert row.snippet is None


@pytest.mark.parametrize("filler", ["mot ", "x"])
def test_snippet_of_a_long_sentence_is_cut_around_the_word(filler: str) -> None:
    text = f"Titre\n\nDébut {filler * 300} aiguille {filler * 300} fin."
    [row] = rows(listing(article("long.txt", text)), "aiguille")
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
    found = [Found(str(number)) for number in range(count)]
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


# Folders that are too large to be held in memory


class OnDisk(FakePipeline):
    """Tells which articles were read."""

    @property
    def documents(self) -> Mapping[str, Document]:
        return Told({each.id: each for each in self.articles}, self.read)

    @property
    def read(self) -> list[str]:
        return self.__dict__.setdefault("_read", [])


class Told(dict[str, Document]):
    """Articles that note which were asked for; to go through all of them is a mistake."""

    def __init__(self, documents: Mapping[str, Document], read: list[str]) -> None:
        super().__init__(documents)
        self._noted = read

    def __getitem__(self, document: str) -> Document:
        self._noted.append(document)
        return super().__getitem__(document)

    def get(self, document: str, default: Document | None = None) -> Document | None:  # type: ignore[override]
        return self[document] if document in self else default  # noqa: SIM401 - told by `[]`

    def values(self) -> Any:
        raise AssertionError("all articles are read")

    items = __iter__ = values


MANY = [article(f"{n:03}.txt", f"Titre {n:03}\n\nUn texte {n % 3}.") for n in range(200)]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "HELD", 0)
    monkeypatch.setattr(texts, "_MOST", 1_000_000)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("q", ["puces", "texte date", "paris AI", "ecole texte", "AI", "m€", "zzz"])
def test_large_folder_is_searched_alike(q: str) -> None:
    apart = Listing(OnDisk(articles=ALL))
    for sort in ("newest", "title"):
        filters = Filters(q=q, sort=sort)  # type: ignore[arg-type]
        assert apart.find(filters) == ARTICLES.find(filters)
        found = ARTICLES.find(filters).found
        assert apart.rows(found, q) == ARTICLES.rows(found, q)


@pytest.mark.parametrize("held", [0, 20_000_000])
def test_words_may_stand_some_in_the_title_and_some_in_the_text(
    monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(texts, "HELD", held)
    apart = listing(article("a.txt", "Rien de plus.", title="Le règlement"), *ALL)
    assert [each.document for each in apart.find(Filters(q="reglement rien")).found] == ["a.txt"]
    assert apart.find(Filters(q="reglement puces")).found == []


class Prepared(FakePipeline):
    """Counts how often its list is prepared, and where."""

    @property
    def characters(self) -> int:
        self.__dict__.setdefault("at", []).append(threading.current_thread())
        return super().characters


def test_list_is_prepared_once_and_before_anyone_asks() -> None:
    fake = Prepared(articles=MANY)
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        loop = client.portal.call(threading.current_thread) if client.portal else None
        assert len(fake.__dict__["at"]) == 1
        assert fake.__dict__["at"] != [loop]
        for path in ("/", "/sources", "/sources?q=texte", "/"):
            client.get(path, headers=PAGE)
        assert len(fake.__dict__["at"]) == 1


@pytest.mark.usefixtures("large")
def test_large_folder_only_likely_articles_are_read() -> None:
    fake = OnDisk(articles=ALL)
    large = Listing(fake)
    assert fake.read == []
    assert [each.document for each in large.find(Filters(q="fourneaux")).found] == []
    assert fake.read == []
    assert [each.document for each in large.find(Filters(q="court paris")).found] == [AI.id]
    assert fake.read == [AIMS.id, AI.id]  # `comes` may be of the same stem as `court`


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("limit", ["LOOKED_AT", "_MOST"])
def test_large_folder_search_that_is_cut_says_so(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(texts, limit, 30 if limit == "LOOKED_AT" else 29 * 24 + 1)
    fake = OnDisk(articles=MANY)
    result = Listing(fake).find(Filters(q="texte 2", sort="title"))
    assert (len(result.found), result.cut) == (30, 30)
    assert len(fake.read) == 30
    whole = Listing(fake).find(Filters(q="titre 007", sort="title"))
    assert (len(whole.found), whole.cut) == (1, 0)
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        assert "only the first 30 of them" in page(client, q="texte 2", sort="title")
        assert "of them in this order" not in page(client, q="titre 007")


@pytest.mark.usefixtures("large")
def test_no_request_reads_more_than_it_shows() -> None:
    fake = OnDisk(articles=MANY)
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        for path, most in (
            ("/", 0), ("/sources", 50), ("/sources?page=3", 50), ("/sources?year=undated", 50),
            ("/sources?q=zzz", 0), ("/sources?q=007", 1), (f"/sources/{MANY[0].id}", 1),
        ):  # fmt: skip
            fake.read.clear()
            assert client.get(path, headers=PAGE).status_code == 200
            assert len(fake.read) <= most, path
        assert "(200)" in client.get("/", headers=PAGE).text


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


def test_json_of_many_articles_leads_to_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "JSON_SIZE", 70)
    fake = OnDisk(articles=MANY)
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        seen: list[str] = []
        path, walked = "/sources?language=fr&sort=title", 0
        while path and walked < 5:
            fake.read.clear()
            reply = client.get(path, headers=JSON)
            seen += [each["document"] for each in reply.json()["sources"]]
            assert len(fake.read) <= 70
            path = reply.links.get("next", {}).get("url", "")
            walked += 1
    assert (walked, seen) == (3, [each.id for each in MANY])


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


# Where it was published


ORIGIN = article(
    "origin.txt",
    "Un titre\n\nUn texte.",
    outlet="Le <Monde>",
    address="https://example.org/a?b=1&c=2",
)


@pytest.mark.parametrize("path", [f"/sources/{ORIGIN.id}", "/sources"])
def test_outlet_and_original_page_are_told(path: str) -> None:
    with serving(lambda: FakePipeline(articles=[ORIGIN, OLD])) as client:
        until(lambda: client.get("/health").status_code == 200)
        text = client.get(path, headers=PAGE).text
    assert text.count("Published by") == 1
    assert "<span>Published by Le &lt;Monde&gt;</span>" in text
    [link] = re.findall(r"<a [^>]*>Original page", text)
    assert 'href="https://example.org/a?b=1&amp;c=2"' in link
    assert 'rel="noreferrer"' in link and 'target="_blank"' in link


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript://example.org/%0aalert(1)", "data:text/html,x", "//x.org/a",
     "ftp://example.org/", "https://user:secret@example.org/", "http://", "https://[x", "x.txt"],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(address: str) -> None:
    bad = replace(ORIGIN, address=address)
    with serving(lambda: FakePipeline(articles=[bad])) as client:
        until(lambda: client.get("/health").status_code == 200)
        for path in (f"/sources/{bad.id}", "/sources"):
            text = client.get(path, headers=PAGE).text
            assert "Published by" in text
            assert "Original page" not in text
            assert address not in html.unescape(text)


def test_article_page_names_five_of_its_twins() -> None:
    twins = [
        article(f"t{n}.txt", f"Titre {n}\n\nUn texte.", outlet=f"Agence {n}" if n else "")
        for n in range(7)
    ]
    fake = FakePipeline(articles=[ORIGIN, OLD, *twins], reprints={ORIGIN.id: twins})
    fake.reprints[twins[0].id] = [ORIGIN]
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        many, one, none = (
            client.get(f"/sources/{each.id}", headers=PAGE).text for each in (ORIGIN, twins[0], OLD)
        )
    [told] = re.findall(r'<p class="twins">(.*?)</p>', many, re.DOTALL)
    assert re.findall(r'href="/sources/(t\d)\.txt"[^>]*>(Titre \d)</a>', told) == [
        (f"t{n}", f"Titre {n}") for n in range(5)
    ]
    plain = " ".join(re.sub(r"<[^>]+>", "", told).split())
    assert plain.startswith("Same text as: Titre 0 (undated), Titre 1 (Agence 1, undated), ")
    assert plain.endswith("Titre 4 (Agence 4, undated), and 2 more")
    [told] = re.findall(r'<p class="twins">(.*?)</p>', one, re.DOTALL)
    assert html.unescape(re.sub(r"<[^>]+>", "", told)).split() == (
        "Same text as: Un titre (Le <Monde>, undated)".split()
    )
    assert "Same text as" not in none
