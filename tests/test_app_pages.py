"""The pages: words, languages, escaping, marks, and the form without JavaScript."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from euaiqa.app.article import paragraphs
from euaiqa.app.negotiate import weights
from euaiqa.app.pages import question_url, web_folder
from euaiqa.app.prose import missing, parts
from euaiqa.app.replies import AskReply, PassageOut
from euaiqa.app.wording import wording
from euaiqa.datamodels import Document, Sentence, Span, Status
from fakes_pipeline import (
    ACT,
    CHIPS,
    ENGLISH,
    FRENCH,
    GIGAFACTORIES,
    HOSTILE,
    INVEST,
    PARTIAL,
    FakePipeline,
    answering,
    article,
    cite,
    passage,
)
from test_app import PAGE, serving, until

FRENCH_READER = {**PAGE, "Accept-Language": "fr-BE,fr;q=0.9,en;q=0.8"}

FR, EN = (wording(each, web_folder() / "locales") for each in ("fr", "en"))


@pytest.fixture
def fake() -> FakePipeline:
    return FakePipeline()


@pytest.fixture
def client(fake: FakePipeline) -> Iterator[TestClient]:
    with serving(lambda: fake) as client:
        until(lambda: client.get("/health").status_code == 200)
        yield client


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"), ("fr-CA,en;q=0.5", "fr"), ("en-GB,fr;q=0.9", "en"), ("de", "en"),
        ("de,fr;q=0.1", "fr"), ("", "en"), ("fr;q=0,en;q=0.1", "en"), ("*;q=x,;;,fr", "fr"),
    ],
)  # fmt: skip
def test_language_follows_the_browser(client: TestClient, header: str, language: str) -> None:
    page = client.get("/", headers={**PAGE, "Accept-Language": header})
    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-language"] == language


def test_language_switch_wins_and_is_remembered(client: TestClient) -> None:
    first = client.get("/sources?lang=fr", headers={**PAGE, "Accept-Language": "en"})
    assert '<html lang="fr">' in first.text
    assert "HttpOnly" in first.headers["set-cookie"]
    assert '<html lang="fr">' in client.get("/", headers=PAGE).text
    assert '<html lang="en">' in client.get("/?lang=en", headers=PAGE).text
    assert '<html lang="en">' in client.get("/?lang=xx", headers=PAGE).text


def test_language_switch_keeps_the_page_and_its_mark(client: TestClient) -> None:
    url = cite(1, ACT, "1 August 2024").url
    page = client.get(url, headers=PAGE).text
    [link] = re.findall(r'href="([^"]+)" lang="fr" hreflang', page)
    assert html.unescape(link) == url.replace("#quote", "&lang=fr#quote")


def test_language_switch_never_leads_away(client: TestClient) -> None:
    page = client.get("http://127.0.0.1:8000//evil.example/x", headers=PAGE).text
    assert '"/evil.example/x?lang=fr"' in page


def test_form_answers_with_markers_that_open_the_quotes(
    client: TestClient, fake: FakePipeline
) -> None:
    fake.enqueue(FRENCH)
    page = client.post("/", data={"question": "Combien ?", "language": "fr"}, headers=PAGE)
    assert page.status_code == 200
    marker = re.search(r'<a class="marker"[^>]*href="([^"]+)"[^>]*>\[1\]</a>', page.text)
    assert marker
    opened = client.get(html.unescape(marker[1]), headers=PAGE).text
    assert f'<mark id="quote" tabindex="-1">{html.escape(GIGAFACTORIES)}</mark>' in opened
    assert "Les gigafactories recevront 20 milliards d’euros." in page.text
    assert '<option value="fr" selected>' in page.text
    assert fake.asked[0].language == "fr"


def test_form_refusal_shows_passages_as_near_only(client: TestClient) -> None:
    page = client.post("/", data={"question": "Qui ?"}, headers=FRENCH_READER).text
    assert "Les articles ne répondent pas à cette question." in page
    assert "Les passages les plus proches" in page
    assert '<p class="note" data-part="near-note">' in page


def test_form_partial_answer_tells_what_is_missing_and_what_differs(
    client: TestClient, fake: FakePipeline
) -> None:
    fake.enqueue(PARTIAL)
    page = html.unescape(client.post("/", data={"question": "?"}, headers=FRENCH_READER).text)
    shown, _, _ = page.partition("<template")
    told = "The articles do not answer this part of the question: “who will pay?”"
    assert f'<p class="missing" role="status" data-slot="missing">{told}</p>' in shown
    assert FR.status("partial") in shown
    assert "<h3>Les articles ne sont pas d’accord</h3>" in shown
    assert 'data-slot="value" lang="fr">20 milliards</th>' in shown
    assert f'<span data-slot="text" lang="fr">“{CHIPS}”</span>' in shown
    assert shown.count('data-part="extract">mot pour mot</span>') == 1
    glosses = re.findall(
        r'data-part="gloss"><span class="tag">([^<]+)</span> '
        r'<span data-slot="gloss" lang="en">([^<]+)</span>',
        shown,
    )
    assert glosses == [
        ("Traduction automatique", each.gloss) for each in PARTIAL.citations if each.gloss
    ]


def test_form_whole_answer_tells_nothing_missing(client: TestClient, fake: FakePipeline) -> None:
    fake.enqueue(FRENCH)
    page = client.post("/", data={"question": "?"}, headers=PAGE).text
    assert '<p class="missing" role="status" data-slot="missing"></p>' in page
    assert 'data-part="gloss">' not in page


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        ("partial", "A. [1] A. B. [1][2] Rien sur « C ».", "Rien sur « C »."),
        ("partial", "A. [1] A. B. [1] [2]\n\nRien. A. B.", "Rien. A. B."),
        ("partial", "A. A. B. Rien.", "Rien."),
        ("partial", "A. [1] A. B. [2]", ""),
        ("partial", "B. [1] A. Rien.", ""),
        ("answered", "A. [1] A. B. [2] Rien.", ""),
    ],
)
def test_missing_is_what_follows_the_last_sentence(status: Status, answer: str, told: str) -> None:
    whole = answering("?", [("A.", []), ("A. B.", [])])
    reply = AskReply.of(replace(whole, status=status, answer=answer))
    assert missing(reply) == told


@pytest.mark.parametrize(
    "sent",
    [{}, {"question": " "}, {"question": "<i>" * 500}, {"question": "x", "language": "de"},
     {"question": "x", "extra": "y"}],
)  # fmt: skip
def test_form_wrong_field_keeps_the_question(client: TestClient, sent: dict[str, str]) -> None:
    page = client.post("/", data=sent, headers=PAGE)
    assert page.status_code == 422
    assert EN.advice("invalid").advice in page.text
    assert "<i>" not in page.text
    assert f"{html.escape(sent.get('question', ''))}</textarea>" in page.text


def test_form_counts_line_ends_as_its_box_does(client: TestClient, fake: FakePipeline) -> None:
    sent = "\r\n".join(["x" * 199] * 5)  # 999 characters in the box, 1,003 on the wire
    assert client.post("/", data={"question": sent}, headers=PAGE).status_code == 200
    assert fake.asked[0].question == sent.replace("\r\n", "\n")


def test_form_wrong_question_keeps_the_language(client: TestClient) -> None:
    page = client.post("/", data={"question": " ", "language": "fr"}, headers=PAGE).text
    assert '<option value="fr" selected>' in page


def test_link_from_another_host_asks_nothing_over_plain_http(client: TestClient) -> None:
    for referer, at_once in (("http://evil.example/", False), (f"{client.base_url}/", True)):
        page = client.get("/?q=x", headers={**PAGE, "Referer": referer}).text
        assert ("data-at-once" in page) == at_once


def test_form_file_upload_is_not_a_question(client: TestClient) -> None:
    assert client.post("/", files={"question": b"x"}, headers=PAGE).status_code == 422
    broken = {"Content-Type": "multipart/form-data; boundary=x", **PAGE}
    assert client.post("/", content=b"--x\r\nnonsense", headers=broken).status_code == 422


def test_form_failure_and_full_line_tell_what_to_do(fake: FakePipeline) -> None:
    fake.gate = threading.Event()
    fake.enqueue(FRENCH)
    with serving(lambda: fake, queue=0, readers=1) as client:
        until(lambda: client.get("/health").status_code == 200)
        first = threading.Thread(
            target=client.post, args=("/",), kwargs={"data": {"question": "x"}}
        )
        first.start()
        until(lambda: bool(fake.asked))
        page = client.post("/", data={"question": "x"}, headers=FRENCH_READER)
        assert page.status_code == 503
        assert 1 <= int(page.headers["retry-after"]) <= 60
        assert html.escape(FR.advice("queue-full").title, quote=False) in html.unescape(page.text)
        fake.gate.set()
        first.join()
        fake.enqueue(ValueError("boom"))
        page = client.post("/", data={"question": "x"}, headers=PAGE)
        assert page.status_code == 500
        assert EN.advice("internal").title in page.text
        assert "boom" not in page.text


def test_pages_show_markup_as_text(client: TestClient, fake: FakePipeline) -> None:
    text = "<script>alert(1)</script> & co"
    fake.enqueue(
        answering("<b>?</b>", [("<img src=x onerror=alert(1)>", [cite(1, HOSTILE, text)])])
    )
    for page in (
        client.post("/", data={"question": "x"}, headers=PAGE).text,
        client.get("/sources", headers=PAGE).text,
        client.get(cite(1, HOSTILE, text).url, headers=PAGE).text,
        client.get("/nowhere/<script>alert(1)</script>?a=<b>", headers=PAGE).text,
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page
        # The policy allows no inline script or style; none may be relied on.
        assert not re.search(r"<[a-z][^>]*\s(on[a-z]+|style)=", page)
        assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
        assert "<style" not in page


def test_pages_load_nothing_from_elsewhere() -> None:
    for file in (*web_folder().glob("templates/*"), *web_folder().glob("static/*")):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text.replace("https://", "https://")), (
            file
        )


def test_errors_are_pages_when_a_browser_navigates(client: TestClient) -> None:
    page = client.get("/sources/nope", headers=FRENCH_READER)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Il n’y a rien ici" in page.text
    assert client.get("/sources/nope", headers={"Accept": "*/*"}).headers["content-type"] == (
        "application/problem+json"
    )


def test_article_page_greys_boilerplate_and_tells_its_language(client: TestClient) -> None:
    page = client.get("/sources/2025/invest%20ai.txt", headers=PAGE).text
    assert '<article class="source" lang="fr">' in page
    assert '<span class="aside">Laisser un commentaire</span>' in page
    assert "11 February 2025" in page
    assert "<mark" not in page
    assert page.count("<h1") == 1


def test_front_page_while_loading_says_so(fake: FakePipeline) -> None:
    hold = threading.Event()

    def load() -> FakePipeline:
        hold.wait(5)
        return fake

    with serving(load) as client:
        page = client.get("/", headers=FRENCH_READER).text
        assert "Chargement des articles" in html.unescape(page)
        assert '<noscript><meta http-equiv="refresh"' in page
        hold.set()


def test_front_page_without_articles_says_what_to_do() -> None:
    with serving(lambda: FakePipeline(articles=[])) as client:
        until(lambda: client.get("/health").status_code == 200)
        assert "There are no articles yet" in client.get("/", headers=PAGE).text


def test_weights_are_read_whatever_the_header_holds() -> None:
    assert weights("a, B;q=0.5 ,c;q=oops,;q=1") == {"a": 1.0, "b": 0.5, "c": 0.0}


def test_web_folder_holds_the_templates() -> None:
    assert (web_folder() / "templates" / "base.html").is_file()
    assert isinstance(web_folder(), Path)


@given(st.data())
def test_paragraphs_hold_the_text_and_mark_the_quote_exactly(data: st.DataObject) -> None:
    alphabet = st.sampled_from("ab é🇪\n\r.\u2028")
    text = data.draw(st.text(alphabet, min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    edge = data.draw(st.integers(0, len(text)))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    told = [
        Sentence("a", first, last, text[first:last])
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    document = Document(
        "a", "t", None, "fr", text, "", (Span(edge, len(text)),) if edge < len(text) else ()
    )
    shown = paragraphs(document, Span(start, end), told)
    pieces = [piece for paragraph in shown for piece in paragraph.pieces]
    runs = [run for paragraph in shown for run in paragraph.runs]

    def ink(value: str) -> str:
        return re.sub(r"\s", "", value)

    assert ink("".join(piece.text for piece in pieces)) == ink(text)
    assert ink("".join(piece.text for piece in pieces if piece.marked)) == ink(text[start:end])
    assert all(piece.text for piece in pieces)
    assert sum(piece.first for piece in pieces) <= 1
    for sentence in told:
        own = [run for run in runs if run.sentence is sentence]
        assert ink("".join(piece.text for run in own for piece in run.pieces)) == ink(sentence.text)
        # Its id and its link may each be there once; a sentence of ours has both.
        assert sum(run.begins for run in own) <= 1
        assert sum(run.ends for run in own) <= 1
        if sentence.text == sentence.text.strip():
            assert own[0].begins
            assert own[-1].ends
    outside = [run for run in runs if run.sentence is None]
    assert not any(run.begins or run.ends for run in outside)


def test_paragraphs_quote_in_one_line_is_one_piece() -> None:
    start = INVEST.text.index(GIGAFACTORIES)
    shown = paragraphs(INVEST, Span(start, start + len(GIGAFACTORIES)))
    [marked] = [piece for paragraph in shown for piece in paragraph.pieces if piece.marked]
    assert marked.text == GIGAFACTORIES
    assert marked.first


def test_paragraphs_title_line_is_the_heading() -> None:
    document = article("a", "Titre\n\nTexte.", title="Titre")
    assert [paragraph.heading for paragraph in paragraphs(document, None)] == [True, False]


def test_english_answer_is_tagged_with_its_language(client: TestClient, fake: FakePipeline) -> None:
    fake.enqueue(ENGLISH)
    page = client.post("/", data={"question": "When?"}, headers=FRENCH_READER).text
    assert '<div class="answer" lang="en">' in page


@pytest.mark.parametrize(
    ("query", "site", "question", "language", "at_once"),
    [
        ("q=Combien+%3F", "none", "Combien ?", "auto", True),
        ("q=Combien+%3F", None, "Combien ?", "auto", True),
        ("q=Combien+%3F&language=en", "same-origin", "Combien ?", "en", True),
        ("q=Combien+%3F", "cross-site", "Combien ?", "auto", False),
        ("q=Combien+%3F", "same-site", "Combien ?", "auto", False),
        ("q=+&language=de", "none", "", "auto", False),
        ("q=" + "x" * 1200, "none", "x" * 1000, "auto", True),
        ("q=%3C/textarea%3E%3Cscript%3E", "none", "</textarea><script>", "auto", True),
    ],
)
def test_link_to_a_question_fills_the_form(
    client: TestClient, query: str, site: str | None, question: str, language: str, at_once: bool
) -> None:
    headers = {**PAGE, **({"Sec-Fetch-Site": site} if site else {})}
    page = client.get(f"/?{query}", headers=headers).text
    assert f">{html.escape(question)}</textarea>" in page
    assert f'<option value="{language}" selected>' in page
    assert ("data-at-once" in page) == at_once


def test_question_url_and_form_agree(client: TestClient) -> None:
    url = question_url("Où & <combien> + « quoi » ?", "fr")
    page = client.get(url, headers=PAGE).text
    assert html.escape("Où & <combien> + « quoi » ?") + "</textarea>" in page
    assert '<option value="fr" selected>' in page


def test_suggestions_are_in_the_readers_language(client: TestClient, fake: FakePipeline) -> None:
    fake.suggested = {"fr": ("Quand ?",), "en": ("When?", "Who?")}
    french = {"Accept-Language": "fr"}
    assert client.get("/suggestions", headers=french).json() == {"suggestions": ["Quand ?"]}
    assert client.get("/suggestions").json() == {"suggestions": ["When?", "Who?"]}
    page = client.get("/", headers={**PAGE, **french}).text
    assert '<a class="suggestion" href="/?q=Quand+%3F">Quand ?</a>' in page
    assert "When?" not in page


@given(st.text(min_size=1, max_size=30), st.data())
def test_parts_of_a_passage_are_its_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = Document("a", "t", None, "fr", "abc" + text, "")
    assume(document.text.index(text) == 3)  # `passage` finds a text where it first stands
    found = passage(document, text)
    sentence = Sentence("a", 3 + start, 3 + end, text[start:end])
    told = PassageOut.of(replace(found, match=sentence))
    assert parts(told) == (text[:start], text[start:end], text[end:])
    assert parts(PassageOut.of(found)) == (text, "", "")


@pytest.mark.parametrize(
    ("before", "words", "marked"),
    [
        ("", GIGAFACTORIES[:30], GIGAFACTORIES),
        ("Une ligne 🇪🇺.\n\n", GIGAFACTORIES[:30], GIGAFACTORIES),
        ("", "Sur ces 300 milliards", None),
        ("", "", GIGAFACTORIES),
    ],
)
def test_quote_is_found_by_its_words_in_an_article_that_changed(
    client: TestClient, fake: FakePipeline, before: str, words: str, marked: str | None
) -> None:
    fake.articles = [replace(INVEST, text=before + INVEST.text)]
    url, _, _ = cite(1, INVEST, GIGAFACTORIES).url.partition("#")
    page = client.get(f"{url}&{urlencode({'words': words})}", headers=PAGE).text
    found = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", page))
    assert html.unescape(found) == (marked or "")
    assert ("This article has changed" in page) == (marked is None)


def test_quote_of_an_article_that_became_shorter_is_found(
    client: TestClient, fake: FakePipeline
) -> None:
    fake.articles = [replace(INVEST, text=GIGAFACTORIES, boilerplate=())]
    url, _, _ = cite(1, INVEST, GIGAFACTORIES).url.partition("#")
    page = client.get(f"{url}&{urlencode({'words': 'Sur ces'})}", headers=PAGE)
    assert page.status_code == 200
    assert GIGAFACTORIES in html.unescape(re.sub(r"<[^>]*>", "", page.text))
    assert client.get(url, headers=PAGE).status_code == 422  # without them nothing is known
