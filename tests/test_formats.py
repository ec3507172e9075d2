"""Web pages, PDF, Word, EPUB and mail: what text they give, and what they refuse."""

from __future__ import annotations

import datetime as dt
import errno
import io
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euaiqa import index
from euaiqa.datamodels import Language, Source
from euaiqa.documents import as_document, formats, read_corpus
from euaiqa.documents.formats import Found, NotNow, Unreadable, pdf_lines
from euaiqa.documents.formats.paragraphs import Page, Printed, paragraphs
from euaiqa.documents.reader import gaps, source_of
from euaiqa.errors import DocumentError, DocumentUnreadable
from fakes import HashEncoder
from fakes_formats import (
    PARAGRAPH,
    SECOND,
    book,
    deflated,
    pdf,
    pdf_of,
    web_page,
    word,
    word_paragraph,
    zipped,
)


def inside(found: Found | Source) -> str:
    """The text less what is outside the article."""
    text, at = "", 0
    for span in found.outside:
        text += found.text[at : span.start]
        at = span.end
    return text + found.text[at:]


def outside(found: Found | Source) -> str:
    return "\n".join(found.text[span.start : span.end] for span in found.outside)


def french(_: str) -> Language:
    return "fr"


# Web pages


def test_html_page_keeps_the_article_and_shows_the_rest() -> None:
    found = formats.read(web_page(), ".html")
    assert inside(found).strip().startswith("Le titre\n\n" + PARAGRAPH)
    assert SECOND in inside(found)
    for line in ("Accueil", "Monde", "Un autre article", "Tous droits réservés"):
        assert line in outside(found)
        assert line not in inside(found)
    assert "secret" not in found.text
    assert "color" not in found.text


def test_html_page_tells_title_outlet_language_and_address() -> None:
    found = formats.read(web_page(), ".html")
    assert found.title == "Le titre"
    assert found.outlet == "Le Journal"
    assert found.language == "fr"
    assert found.address == "https://journal.example/plan"
    assert found.published is None


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",'
        ' "dateModified": "2025-03-01", "datePublished": "2025-02-11T08:00:00+01:00"}]}</script>',
        '<meta property="article:modified_time" content="2025-03-01">'
        '<meta property="article:published_time" content="2025-02-11T08:00:00+01:00">',
        '<meta name="DC.date.issued" content="2025-02-11">',
    ],
)
def test_html_date_is_of_publication_not_of_a_change(head: str) -> None:
    assert formats.read(web_page(head=head), ".html").published == dt.date(2025, 2, 11)


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ('<time class="updated" datetime="2025-03-01">1</time><time datetime="2025-02-11">x</time>',
         dt.date(2025, 2, 11)),
        ("<p>La loi du 13 juin 2024 s’applique déjà.</p>", None),
    ],
)  # fmt: skip
def test_html_date_in_the_body_is_taken_where_it_is_marked(body: str, day: dt.date | None) -> None:
    assert formats.read(web_page(body), ".html").published == day


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "Les serveurs arrivent - Le Site",
            "<h1>Santé et réseaux</h1><h3>Les serveurs arrivent</h3>",
            "Les serveurs arrivent",
        ),
        ("Les serveurs arrivent | Le Site", "", "Les serveurs arrivent"),
        ("Le Site - toute l’actualité", "<h1>Les serveurs arrivent</h1>", "Les serveurs arrivent"),
    ],
)
def test_html_title_is_the_headline_not_a_heading_of_the_site(
    head: str, body: str, title: str
) -> None:
    page = f"<title>{head}</title><body>{body}<p>{PARAGRAPH}</p><p>{SECOND}</p>"
    assert formats.read(page.encode(), ".html").title == title


def test_html_prose_between_headline_and_text_is_the_article() -> None:
    intro = "".join(f"<div class=x{n}><p>{n} {SECOND}</p></div>" for n in range(3))
    text = "".join(f"<p>{n} {PARAGRAPH} {SECOND}</p>" for n in range(20, 40))
    above = f"<p>{PARAGRAPH} La lettre du matin.</p>"
    page = (
        f"<title>Le titre du jour</title><body><div>{above}</div>"
        f"<div><h1>Le titre du jour</h1></div><table><tr><td>{intro}</td></tr></table>"
        f"<div id=more class=article>{text}</div>"
    )
    found = formats.read(page.encode(), ".html")
    assert f"0 {SECOND}" in inside(found) and f"39 {PARAGRAPH}" in inside(found)
    assert "La lettre du matin" in outside(found)


def test_html_byline_below_the_title_gives_the_date() -> None:
    page = web_page().replace(b"</h1>", "</h1><p>Publié le 11 février 2025</p>".encode())
    assert formats.read(page, ".html").published == dt.date(2025, 2, 11)


def test_html_broken_linked_data_is_passed_over() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", broken</script>'
    assert formats.read(web_page(head=head), ".html").title == "Le titre"


def test_html_language_that_its_words_deny_is_not_believed() -> None:
    assert formats.read(web_page(language="en-US"), ".html").language is None
    assert formats.read(web_page(language="fr-BE"), ".html").language == "fr"


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "iso-8859-15"])
def test_html_encoding_is_the_page_s(charset: str) -> None:
    page = web_page("<p>Coût : 5 € à Liège.</p>".replace("’", "'"), charset="utf-8")
    data = page.decode().replace("’", "'").replace("–", "-").replace("utf-8", charset)
    found = formats.read(data.encode(charset), ".html")
    assert "Coût : 5 € à Liège." in found.text


@pytest.mark.parametrize(
    "data",
    [
        "<p>Été à Liège, œuvre</p>".encode("cp1252"),
        b"<meta charset=utf-8>" + "<p>Été à Liège, œuvre</p>".encode("cp1252"),
        b"<meta charset=iso-8859-1>" + "<p>Été à Liège, œuvre</p>".encode("cp1252"),
        b"\xef\xbb\xbf<meta charset=windows-1252>" + "<p>Été à Liège, œuvre</p>".encode(),
        b"\xff\xfe" + "<p>Été à Liège, œuvre</p>".encode("utf-16-le"),
        b"<meta charset=zip>" + "<p>Été à Liège, œuvre</p>".encode(),
    ],
)
def test_html_encoding_that_is_untold_or_wrong_is_found(data: bytes) -> None:
    assert formats.read(data, ".html").text == "Été à Liège, œuvre\n"


def test_html_lists_tables_and_breaks_are_readable() -> None:
    body = (
        "<h2>Les montants</h2><table><tr><th>Pays</th><th>Somme</th></tr><tr><td>France</td>"
        "<td>5&nbsp;Md€</td></tr></table><ul><li>un</li><li><p>deux</p></li></ul>"
        "<p>ligne une<br>ligne\n   deux</p><pre>a  b\n  c</pre>"
    )
    text = inside(formats.read(web_page(body), ".html"))
    assert "\n\nLes montants\n\nPays | Somme\nFrance | 5\u00a0Md€\n\n- un\n" in text
    assert "- deux" in text
    assert "\n\nligne une\nligne deux\n\n" in text
    assert "a  b\n  c" in text


def test_html_hidden_text_is_not_visible_unless_it_is_the_article() -> None:
    body = '<p style="display: none">caché un</p><p hidden>caché deux</p>après'
    found = formats.read(web_page(body), ".html")
    assert "caché" not in found.text
    assert "après" in found.text
    all_hidden = web_page().replace(b"<body>", b'<body><div aria-hidden="true">')
    assert PARAGRAPH in formats.read(all_hidden, ".html").text
    tabs = b"".join(f"<div hidden><p>{n} {SECOND}</p></div>".encode() for n in range(5))
    assert formats.read(b"<body>Menu" + tabs, ".html").text.count(SECOND) == 5


def test_html_lead_that_the_library_leaves_out_stays() -> None:
    lead = "<div class='chapo'><p>" + "Le chapeau raconte tout ce qui suit. " * 4 + "</p></div>"
    page = web_page().replace(b"<h1>", lead.encode() + b"<h1>")
    assert "Le chapeau raconte" in inside(formats.read(page, ".html"))


def test_html_page_of_short_lines_keeps_them() -> None:
    found = formats.read(b"<body><nav>Menu</nav><div>Un mot.</div><div>Deux.</div>", ".html")
    assert inside(found).strip() == "Un mot.\n\nDeux."
    assert outside(found) == "Menu"


def test_html_outside_lines_are_boilerplate_of_the_document() -> None:
    document = as_document(source_of(web_page(), "a.html"), french)
    skipped = "".join(document.text[s.start : s.end] for s in document.boilerplate)
    assert "Accueil" in skipped
    assert PARAGRAPH not in skipped
    assert document.title == "Le titre"
    assert document.outlet == "Le Journal"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"  \n", "empty"),
        (b"<script>all()</script><div id=root></div>", "a page without text"),
        (b"<div>" * 100_000 + b"x", "nested too deeply"),
        (b"<p>x\0y\0</p>", "binary data"),
        (b"<i>a</i>" * 401_000, "too many elements"),
    ],
)
def test_html_that_is_none_or_a_bomb_is_refused_quickly(data: bytes, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        formats.read(data, ".html")
    assert reason in caught.value.reason
    assert time.monotonic() - started < 10


def test_html_page_that_is_deep_and_long_takes_no_minutes() -> None:
    page = b"<div>" * 400 + f"<p>{PARAGRAPH}</p>".encode() * 15_000
    started = time.monotonic()
    assert formats.read(page, ".html").text.count(PARAGRAPH) == 15_000
    assert time.monotonic() - started < 10  # with the library, which climbs up, it is 30


PIECES = st.sampled_from(
    "<p> </p> <div class=share> </div> <li> <ul> <table> <tr> <td> </td> <br> <pre> <h1> </h1>"
    " <nav> </nav> <a> </a> <span hidden> </span> <!-- --> <![CDATA[ &nbsp; &#0; &#xD800; é 🔥"
    " mot \n .".split(" ")
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_html_any_markup_is_read_or_refused_the_same_way(pieces: list[str]) -> None:
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    try:
        found = formats.read(data, ".html")
    except Unreadable:
        return
    assert found == formats.read(data, ".html")
    found.text.encode()
    at = -1
    for span in found.outside:
        assert at < span.start < span.end <= len(found.text)
        at = span.end


# PDF


def lines_of(*texts: str, top: float = 780, left: float = 60) -> list[tuple[float, float, str]]:
    return [(left, top - 12 * number, text) for number, text in enumerate(texts)]


def test_pdf_lines_become_paragraphs_and_words_are_put_together() -> None:
    page = lines_of(
        "La Commission a présenté un plan de vingt milliards d’euros pour les centres de cal-",
        "cul. L’œuvre est financée par les États membres et par des investisseurs privés, peut-",
        "être aussi par la Banque européenne d’investissement.",
    ) + lines_of("Un second paragraphe commence ici.", top=700)
    found = formats.read(pdf([page]), ".pdf")
    assert found.text == (
        "La Commission a présenté un plan de vingt milliards d’euros pour les centres de calcul."
        " L’œuvre est financée par les États membres et par des investisseurs privés, peut-être"
        " aussi par la Banque européenne d’investissement.\n\nUn second paragraphe commence ici.\n"
    )


def test_pdf_running_heads_and_page_numbers_are_outside_and_a_paragraph_goes_on() -> None:
    pages = [
        [
            (60, 810, "Le rapport annuel"),
            *lines_of(
                f"Le chapitre {'un deux trois quatre'.split()[n - 1]} traite d’une matière qui"
                " occupe toute la largeur de la page et",
                f"ne finit pas avant la page suivante, {'a b c d'.split()[n - 1]} parce que sa"
                " dernière phrase est longue et",
                top=760,
            ),
            (290, 40, f"{n} / 4"),
        ]
        for n in range(1, 5)
    ]
    pages[3][-2] = (60, 748, "finit ici.")
    for page in pages[1:]:
        page[1] = (page[1][0], page[1][1], "continue ici avec des mots de plus, " + page[1][2])
    found = formats.read(pdf(pages), ".pdf")
    assert outside(found).count("Le rapport annuel") == 4
    assert "4 / 4" in outside(found)
    assert "rapport annuel" not in inside(found)
    assert "sa dernière phrase est longue et continue ici" in inside(found)


def test_pdf_two_columns_are_read_one_after_the_other() -> None:
    left = lines_of("La colonne de gauche commence", "et finit avant la droite.", left=60)
    right = lines_of("La colonne de droite vient", "après elle.", left=320)
    text = formats.read(pdf([left + right]), ".pdf").text
    assert "commence et finit avant la droite." in text
    assert "La colonne de droite vient après elle." in text


def test_pdf_paragraph_without_end_takes_no_minutes() -> None:
    line = Printed("un mot et un au-", 60, 700, 300, 710, 10)
    lines = [replace(line, bottom=-12.0 * n, top=10 - 12.0 * n) for n in range(60_000)]
    started = time.monotonic()
    (paragraph,) = paragraphs([Page(595, 842, False, lines)])
    assert len(paragraph.text) > 800_000
    assert time.monotonic() - started < 5


def test_pdf_ligatures_become_letters() -> None:
    line = Printed("L\ue000ecti\ufb01cation e\ufb00ective", 60, 700, 300, 710, 10)
    (paragraph,) = paragraphs([Page(595, 842, False, [line])])
    assert paragraph.text == "L\ue000ectification effective"


def test_pdf_list_entries_and_headings_stay_apart() -> None:
    page = lines_of("Les mesures", "1. La première mesure.", "2. La seconde mesure.", "• un point")
    text = formats.read(pdf([page]), ".pdf").text
    assert text.split("\n\n") == [
        "Les mesures", "1. La première mesure.", "2. La seconde mesure.", "• un point\n",
    ]  # fmt: skip


def test_pdf_title_is_believed_where_its_words_are_on_the_page() -> None:
    page = [lines_of("Le rapport sur les centres", "Texte.")]
    assert formats.read(pdf(page, title="Rapport sur les centres"), ".pdf").title
    for title in ("Microsoft Word - final.doc", "modele.indd", "Un autre titre que celui-ci"):
        assert formats.read(pdf(page, title=title), ".pdf").title == ""


def test_pdf_scan_is_named_with_what_helps() -> None:
    with pytest.raises(Unreadable) as caught:
        formats.read(pdf_of([(b"10 10 200 300 re f", b"")]), ".pdf")
    assert caught.value.reason == "a scan: its pages hold pictures, no text"
    assert "ocrmypdf" in caught.value.hint


def test_pdf_with_some_pictures_is_read_and_says_which_are_missing() -> None:
    text = b"BT /F1 10 Tf 60 700 Td (Du texte.) Tj ET"
    found = formats.read(pdf_of([(text, b""), (b"10 10 20 30 re f", b""), (b"", b"")]), ".pdf")
    assert found.text == "Du texte.\n"
    assert found.missing == "page 2 of 3: a picture without text"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a PDF at all", "no PDF"),
        (b"%PDF-1.4\n" + b"\xff\x00" * 5_000, "damaged"),
        (pdf([lines_of("Texte.")])[:200], "damaged"),
        (pdf_of([(b"", b"")]), "empty"),
    ],
)
def test_pdf_that_is_none_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        formats.read(data, ".pdf")
    assert reason in caught.value.reason


def test_pdf_encrypted_is_named(encrypted: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        formats.read(encrypted, ".pdf")
    assert "encrypted" in caught.value.reason


def test_pdf_with_more_text_than_an_article_has_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = b"BT /F1 10 Tf 60 700 Td " + b"(ab) Tj " * 2_000 + b"ET"
    data = pdf_of([deflated(bomb)] * 3)
    assert len(pdf_lines.read(data)["pages"]) == 3
    monkeypatch.setattr(pdf_lines, "MAX_CHARACTERS", 10_000)
    assert pdf_lines.read(data) == {"error": "characters"}
    monkeypatch.setattr(pdf_lines, "MAX_PAGES", 2)
    assert pdf_lines.read(data) == {"error": "pages"}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "too much time or memory"),
        ("raise MemoryError", "too much time or memory"),
        ("bytearray(4_000_000_000)", "too much time or memory"),
        ("print('no JSON')", "cannot be read as a PDF"),
    ],
)
def test_pdf_reader_that_crashes_is_told_and_nothing_else_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    path = tmp_path / "crash.py"
    folder = str(Path(pdf_lines.__file__).parent)
    limit = f"import sys; sys.path.append({folder!r}); import pdf_lines; pdf_lines.limit()"
    path.write_text(f"{limit}\n{program}\n")
    monkeypatch.setattr("euaiqa.documents.formats.pdf._PROGRAM", path)
    with pytest.raises(Unreadable, match=reason):
        formats.read(pdf([lines_of("Texte.")]), ".pdf")


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", NotNow),  # no memory left
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", NotNow),  # Ctrl-C
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", NotNow),
        ("import sys; sys.modules['pypdfium2'] = None; pdf_lines.main()", NotNow),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Unreadable),
        ("raise MemoryError", Unreadable),  # by the limit, which is the same at the next time
    ],
)
def test_pdf_reader_that_the_machine_ends_is_not_the_file_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, kind: type[Unreadable]
) -> None:
    path = tmp_path / "ended.py"
    folder = str(Path(pdf_lines.__file__).parent)
    path.write_text(f"import sys; sys.path.append({folder!r}); import pdf_lines\n{program}\n")
    monkeypatch.setattr("euaiqa.documents.formats.pdf._PROGRAM", path)
    with pytest.raises(Unreadable) as caught:
        formats.read(pdf([lines_of("Texte.")]), ".pdf")
    assert type(caught.value) is kind


def test_pdf_reader_that_cannot_be_started_is_not_the_file_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DocumentUnreadable, match="this time"):
        source_of(pdf([lines_of("Texte.")]), "a.pdf")


@pytest.mark.parametrize(("limited", "kind"), [(True, NotNow), (False, Unreadable)])
def test_pdf_reader_that_waits_too_long_is_tried_again_where_its_work_is_bounded(
    monkeypatch: pytest.MonkeyPatch, limited: bool, kind: type[Unreadable]
) -> None:
    monkeypatch.setattr("euaiqa.documents.formats.pdf._PATIENCE", 0.001)
    monkeypatch.setattr("euaiqa.documents.formats.pdf._IS_LIMITED", limited)
    with pytest.raises(Unreadable) as caught:
        formats.read(pdf([lines_of("Texte.")]), ".pdf")
    assert type(caught.value) is kind


def test_pdf_reader_that_dies_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("euaiqa.documents.formats.pdf._PATIENCE", 0.001)
    with pytest.raises(Unreadable) as caught:
        formats.read(pdf([lines_of("Texte.")]), ".pdf")
    assert caught.value.reason == "reading it takes too long"
    assert capfd.readouterr() == ("", "")


# Word


def test_word_document_gives_text_lists_and_tables() -> None:
    cell = "<w:tc>{}</w:tc>"
    table = (
        "<w:tbl><w:tr>"
        + cell.format(word_paragraph("Pays"))
        + cell.format(word_paragraph("Somme"))
        + "</w:tr></w:tbl>"
    )
    body = word_paragraph("L’été à Liège") + table + word_paragraph("Fin &amp; suite.")
    found = formats.read(word(body, title="Un titre"), ".docx")
    assert found.text == "L’été à Liège\n\nPays | Somme\n\nFin & suite.\n"
    assert found.title == "Un titre"
    assert formats.read(word(body, main="document2.xml"), ".docx").text == found.text


def test_word_deleted_text_is_left_out_and_inserted_text_read() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:p><w:ins>{run.format('neuf')}</w:ins><w:del><w:r><w:delText>vieux</w:delText></w:r>"
        "</w:del></w:p>"
    )
    assert formats.read(word(body), ".docx").text == "neuf\n"


ENTITIES = (
    "<!DOCTYPE l [<!ENTITY a0 '" + "x" * 1_000 + "'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9)) + "]>"
)  # fmt: skip
LOCAL = "<!DOCTYPE l [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    "data",
    [
        word(word_paragraph("&a8;"), before=ENTITIES),
        zipped({"word/document.xml": "x"}),
        word(word_paragraph("texte"))[:300],
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"PK\x03\x04 and no more",
        zipped({"a.txt": "x"}),
        word(""),
    ],
)
def test_word_that_is_none_or_a_bomb_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        formats.read(data, ".docx")
    assert caught.value.reason


STYLE = '<w:style w:type="paragraph" w:styleId="a"><w:b/></w:style>'


def with_part(name: str, part: str, target: str = "") -> bytes:
    """A Word document with one part more, to which its relations may lead."""
    with zipfile.ZipFile(io.BytesIO(word(word_paragraph("Un texte.")))) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    office = "http://schemas.openxmlformats.org"
    if target:
        members["word/_rels/document.xml.rels"] = (
            f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="s" Type='
            f'"{office}/officeDocument/2006/relationships/styles" Target="{target}"/>'
            "</Relationships>"
        ).encode()
    namespace = f"{office}/wordprocessingml/2006/main"
    members[name] = f'<w:styles xmlns:w="{namespace}">{part}</w:styles>'.encode()
    return zipped(members)


@pytest.mark.parametrize(
    "name", ["word/styles.xml", "word/numbering.xml", "word/comments.xml", "x/y.rels", "word/A.XML"]
)
@pytest.mark.parametrize("part", [STYLE * 70_000, "x" * 10_000_001])
def test_word_bomb_in_any_part_is_refused_at_once(name: str, part: str) -> None:
    data = with_part(name, part)
    started = time.monotonic()
    with pytest.raises(Unreadable, match="too long"):
        formats.read(data, ".docx")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("name", ["styles.bin", "media/a.png", "theme/a.xml"])
def test_word_part_by_another_name_is_not_read(name: str) -> None:
    started = time.monotonic()
    found = formats.read(with_part(f"word/{name}", STYLE * 70_000, name), ".docx")
    assert found.text == "Un texte.\n"
    assert time.monotonic() - started < 1


def test_word_part_that_is_named_again_and_again_is_refused() -> None:
    office = "http://schemas.openxmlformats.org"
    named = "".join(
        f'<Relationship Id="{kind}" Type="{office}/officeDocument/2006/relationships/{kind}"'
        ' Target="document.xml"/>'
        for kind in ("comments", "endnotes", "footnotes", "numbering", "styles")
    )
    with zipfile.ZipFile(io.BytesIO(word(word_paragraph("Un texte.") * 10_000))) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members["word/_rels/document.xml.rels"] = (
        f'<Relationships xmlns="{office}/package/2006/relationships">{named}</Relationships>'
    ).encode()
    with pytest.raises(Unreadable, match="damaged"):
        formats.read(zipped(members), ".docx")


def test_word_document_with_large_styles_and_pictures_is_read() -> None:
    assert formats.read(with_part("word/styles.xml", STYLE * 20_000), ".docx").text
    assert formats.read(with_part("word/media/a.png", "x" * 20_000_000), ".docx").text


def test_archive_that_unpacks_to_too_much_is_refused_before_it_is() -> None:
    members = {f"word/{n}.xml": b"\0" * 45_000_000 for n in range(5)}
    with pytest.raises(Unreadable, match="unpacks to more than 200 MB"):
        formats.read(zipped(members), ".docx")


def test_xml_never_reads_another_file() -> None:
    for data, suffix in (
        (word(word_paragraph("x&e;y"), before=LOCAL), ".docx"),
        (book(["<p>x&e;y</p>"], before=LOCAL), ".epub"),
    ):
        assert "root" not in formats.read(data, suffix).text


@pytest.mark.parametrize(
    "data",
    [
        web_page('<div class="a\x01b"><p>Suite.</p></div>'),
        web_page('<div class="a&#1;b" id="&#11;x"><p>Suite.</p></div>'),
        web_page("<p><b hidden>x</b>\x01Suite.</p>"),
        web_page("<p>y<i></i>\x02<b hidden>x</b>&#2;Suite.</p>"),
    ],
)
def test_html_control_characters_anywhere_do_no_harm(data: bytes) -> None:
    assert "Suite." in formats.read(data, ".html").text


@pytest.mark.parametrize("suffix", sorted(formats.SUFFIXES))
def test_read_any_exception_of_a_library_is_told_with_a_hint(
    suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(_: bytes) -> Found:
        raise KeyError("w:val")

    monkeypatch.setitem(formats._READERS, suffix, odd)
    with pytest.raises(DocumentError) as caught:
        source_of(b"x", f"a{suffix}")
    assert caught.value.message == f"a{suffix}: it cannot be read (KeyError)"
    assert "plain text" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (OSError(errno.EIO, "Input/output error"), True),
        (OSError("Invalid data stream"), False),  # bz2's, over what is in a file
        (MemoryError(), True),
        (ModuleNotFoundError("No module named 'lxml'"), True),
        (RecursionError(), False),
    ],
)
def test_read_errors_of_the_machine_pass_and_those_of_the_file_stay(
    error: Exception, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(_: bytes) -> Found:
        raise error

    monkeypatch.setitem(formats._READERS, ".docx", odd)
    with pytest.raises(DocumentError) as caught:
        source_of(b"x", "a.docx")
    assert isinstance(caught.value, DocumentUnreadable) is passes


def test_word_and_page_without_memory_are_not_the_file_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def odd(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("mammoth.convert_to_html", odd)
    monkeypatch.setattr("readability.Document.summary", odd)
    for name, data in (("a.docx", word(word_paragraph("Texte."))), ("a.html", web_page())):
        with pytest.raises(DocumentUnreadable):
            source_of(data, name)


# EPUB


def test_epub_gives_its_chapters_in_the_order_of_the_spine() -> None:
    data = book(["<h1>Deux</h1><p>B&nbsp;&eacute;.</p><script src='x'/><p>C.</p>", "<p>A.</p>"])
    found = formats.read(data, ".epub")
    assert found.text == "A.\n\nDeux\n\nB\u00a0é.\n\nC.\n"
    assert (found.title, found.language, found.outlet) == ("Le livre", "fr", "Éditions X")
    assert found.published == dt.date(2024, 7, 12)


def test_epub_chapter_that_is_no_xml_is_read_as_html() -> None:
    assert formats.read(book(["<p>Un<p>Deux & trois"]), ".epub").text == "Un\n\nDeux & trois\n"


def changed(data: bytes, name: str, new: str, text: tuple[str, str] = ("", "")) -> bytes:
    """A book with one member under another name, and something else in its list of chapters."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {each: archive.read(each).decode() for each in archive.namelist()}
    members["OPS/book.opf"] = members["OPS/book.opf"].replace(*text)
    return zipped({new if each == name else each: text for each, text in members.items()})


@pytest.mark.parametrize(
    ("href", "name", "utf8"),
    [
        ("c 1.xhtml", "OPS/c%201.xhtml", True),
        ("C1.XHTML", "OPS/c1.xhtml", True),
        ("\u00e9t\u00e9.xhtml", "OPS/e\u0301te\u0301.xhtml", True),
        ("\u00e9t\u00e9.xhtml", "OPS/\u00e9t\u00e9.xhtml", False),
        ("c1.xhtml", "OPS\\c1.xhtml", True),
        ("/OPS/c1.xhtml", "OPS/c1.xhtml", True),
    ],
)
def test_epub_chapter_is_found_under_the_name_another_program_gave(
    href: str, name: str, utf8: bool
) -> None:
    written = name if utf8 else "n" * len(name.encode())
    data = changed(book(["<p>A.</p>", "<p>B.</p>"]), "OPS/c1.xhtml", written, ("c1.xhtml", href))
    if not utf8:  # as programs write it that do not say that the name is UTF-8
        data = data.replace(written.encode(), name.encode())
    found = formats.read(data, ".epub")
    assert found.text == "B.\n\nA.\n" and not found.missing


def test_epub_with_backslashes_in_all_its_names_is_read() -> None:
    """Some programs for Windows pack a folder so."""
    with zipfile.ZipFile(io.BytesIO(book(["<p>A.</p>", "<p>B.</p>"]))) as archive:
        members = {each.replace("/", "\\"): archive.read(each) for each in archive.namelist()}
    found = formats.read(zipped(members), ".epub")
    assert found.text == "B.\n\nA.\n" and not found.missing


def test_epub_without_any_of_its_chapters_is_refused_for_that() -> None:
    data = changed(book(["<p>A.</p>"]), "OPS/c0.xhtml", "OPS/x.xhtml")
    with pytest.raises(Unreadable, match="1 of 1 chapters are not in it"):
        formats.read(data, ".epub")


def test_epub_chapter_that_is_not_there_is_told() -> None:
    data = changed(book(["<p>A.</p>", "<p>B.</p>"]), "OPS/c1.xhtml", "OPS/x.xhtml")
    source = source_of(data, "a.epub")
    [problem] = gaps(source)
    assert source.text == "A.\n"
    assert problem.reason == "1 of 2 chapters are not in it"
    assert problem.remedy == "get the file again"


@pytest.mark.parametrize(
    "data",
    [
        zipped({"mimetype": "application/epub+zip"}),
        zipped({"META-INF/container.xml": "<container>"}),
        book(["<div>" * 2_000 + "x" + "</div>" * 2_000]),
        book([""]),
    ],
)
def test_epub_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        formats.read(data, ".epub")


def test_epub_entities_are_not_multiplied() -> None:
    assert len(formats.read(book(["<p>&a8;</p>"], before=ENTITIES), ".epub").text) < 100


# Mail


def message(body: bytes, kind: str = "text/plain; charset=utf-8", extra: str = "") -> bytes:
    return (
        "From: =?utf-8?q?Ren=C3=A9e_Dupont?= <r@example.eu>\r\n"
        "Subject: =?utf-8?b?TOKAmcOpdMOp?= =?utf-8?q?_arrive?=\r\n"
        "Date: Tue, 11 Feb 2025 23:30:00 -0500\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\n{extra}\r\n"
    ).encode() + body


def test_mail_gives_subject_sender_and_day() -> None:
    found = formats.read(message("Été.\r\n\r\n> cité\r\n-- \r\nR.".encode()), ".eml")
    assert found.text == "Été.\n\n> cité\n-- \nR.\n"
    assert found.title == "L’été arrive"
    assert found.outlet == "Renée Dupont"
    assert found.published == dt.date(2025, 2, 11)


def test_mail_plain_text_is_preferred_and_attachments_are_left_out() -> None:
    body = (
        b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n"
        b"--c\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\n\xc9t\xe9 simple\r\n"
        b"--c\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--c--\r\n"
        b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n"
        b"\r\nattached\r\n--b--\r\n"
    )
    assert formats.read(message(body, "multipart/mixed; boundary=b"), ".eml").text == (
        "Été simple\n"
    )
    only_html = body.replace(b"\xc9t\xe9 simple", b" ")
    assert formats.read(message(only_html, "multipart/mixed; boundary=b"), ".eml").text == "html\n"


HTML_PART = b"--b\r\nContent-Type: text/html\r\n\r\n<p>The %b.</p>\r\n"
PLAIN_PART = b"--b\r\nContent-Type: text/plain\r\n%b\r\n%b\r\n"


def test_mail_footer_of_a_list_is_not_all_of_it() -> None:
    """Mailman adds a plain part to a message in HTML."""
    footer = PLAIN_PART % (b"Content-Disposition: inline\r\n", b"____ Liste mailing list")
    body = HTML_PART % b"article" + footer + b"--b--\r\n"
    found = formats.read(message(body, "multipart/mixed; boundary=b"), ".eml")
    assert found.text == "The article.\n\n____ Liste mailing list\n"


def test_mail_plain_form_that_only_leads_to_the_page_is_not_read() -> None:
    letter = HTML_PART % b"words of the letter are many and stand in the page alone, not above"
    body = PLAIN_PART % (b"", b"Voir en ligne : example.eu") + letter + b"--b--\r\n"
    found = formats.read(message(body, "multipart/alternative; boundary=b"), ".eml")
    assert found.text.startswith("The words of the letter") and "Voir" not in found.text


def test_mail_plain_form_is_read_where_the_html_cannot_be() -> None:
    deep = HTML_PART % (b"<div>" * 2_000)
    body = PLAIN_PART % (b"", b"Un texte.") + deep + b"--b--\r\n"
    found = formats.read(message(body, "multipart/alternative; boundary=b"), ".eml")
    assert found.text == "Un texte.\n"
    with pytest.raises(Unreadable, match="nested too deeply"):
        formats.read(message(deep + b"--b--\r\n", "multipart/alternative; boundary=b"), ".eml")


def test_mail_text_goes_on_after_a_picture() -> None:
    """Apple Mail parts it so."""
    picture = b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n"
    body = HTML_PART % b"first" + picture + HTML_PART % b"second" + b"--b--\r\n"
    found = formats.read(message(body, "multipart/mixed; boundary=b"), ".eml")
    assert found.text == "The first.\n\nThe second.\n"


def test_mail_of_one_part_may_have_a_name() -> None:
    assert formats.read(message(b"Un texte.", 'text/plain; name="body.txt"'), ".eml").text


def test_mail_headers_without_end_take_no_time() -> None:
    data = b"Subject: " + b"=?utf-8?q?a?= " * 200_000 + b"\n\nhi there"
    started = time.monotonic()
    assert len(formats.read(data, ".eml").title) <= 250
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"\0\1\2 no header", ".eml"),
        (message(b""), ".eml"),
        (message(b"text"), ".mhtml"),
        (
            b"MIME-Version: 1.0\n"
            + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
                       for n in range(3_000)),
            ".eml",
        ),
    ],
)  # fmt: skip
def test_mail_that_is_none_is_refused(data: bytes, suffix: str) -> None:
    with pytest.raises(Unreadable):
        formats.read(data, suffix)


def test_mhtml_gives_its_main_page_and_where_it_was() -> None:
    page = web_page().replace(b'<link rel="canonical" href="https://journal.example/plan">', b"")
    body = (
        b"--b\r\nContent-Type: text/html\r\nContent-Location: https://ads.example/frame\r\n\r\n"
        b"<p>frame</p>\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\nContent-Location: https://journal.example/p\r\n\r\n"
        + page + b"\r\n--b--\r\n"
    )  # fmt: skip
    data = message(
        body, "multipart/related; boundary=b",
        "Snapshot-Content-Location: https://journal.example/p\r\n",
    )  # fmt: skip
    found = formats.read(data, ".mhtml")
    assert PARAGRAPH in inside(found)
    assert "Accueil" in outside(found)
    assert found.address == "https://journal.example/p"


# All of them


@pytest.mark.parametrize("suffix", sorted(formats.SUFFIXES - {".pdf"}))
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(suffix: str, data: bytes) -> None:
    try:
        found = formats.read(data, suffix)
    except Unreadable as error:
        assert error.reason
        return
    found.text.encode()


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".html", web_page()),
        (".docx", word(word_paragraph("Un texte."))),
        (".epub", book(["<p>Un texte.</p>"])),
        (".eml", message(b"Un texte.")),
    ],
)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(suffix: str, data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        formats.read(bytes(damaged[: draw.draw(st.integers(1, len(data)))]), suffix)
    except Unreadable as error:
        assert error.reason


def test_source_of_refused_file_names_the_document() -> None:
    with pytest.raises(DocumentError) as caught:
        source_of(b"no PDF", "sub/a.PDF")
    assert caught.value.document == "sub/a.PDF"
    assert caught.value.hint


@pytest.fixture
def encrypted() -> bytes:
    """A PDF whose trailer says that it is encrypted with a password that nobody has."""
    data = pdf([lines_of("Texte.")])
    entry = (
        b"/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + b"ab" * 32 + b">/U<"
        + b"cd" * 32 + b">>>/ID[<" + b"01" * 16 + b"><" + b"01" * 16 + b">]/Root"
    )  # fmt: skip
    return data.replace(b"/Root", entry)


def test_folder_of_all_formats_is_indexed_without_what_is_outside(
    tmp_path: Path, encoder: HashEncoder
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, data in {
        "a.html": web_page(),
        "b.pdf": pdf([lines_of("Le rapport compte les centres de calcul.")]),
        "c.docx": word(word_paragraph("La note nomme les régions.")),
        "d.epub": book(["<p>Le livre raconte le plan.</p>"]),
        "e.eml": message(b"Le courriel donne la date."),
        "f.txt": b"Le texte est simple.",
    }.items():
        (folder / name).write_bytes(data)
    corpus = read_corpus(folder, french)
    assert corpus.problems == ()
    assert [document.id for document in corpus.documents] == [
        "a.html", "b.pdf", "c.docx", "d.epub", "e.eml", "f.txt",
    ]  # fmt: skip
    index.build(corpus, encoder, tmp_path / "index")
    loaded = index.load(tmp_path / "index", encoder)
    passages = "\n".join(passage.text for passage in loaded.passages)
    for words in (PARAGRAPH, "compte les centres", "nomme les régions", "raconte", "courriel"):
        assert words in passages
    for words in ("Accueil", "Un autre article", "Tous droits réservés"):
        assert words not in passages
    for passage in loaded.passages:
        text = loaded.documents[passage.document].text
        assert text[passage.start : passage.end] == passage.text


def test_reading_says_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    for suffix, data in {
        ".html": web_page("<p>" + "x" * 20_000),
        ".docx": word("<w:p><w:r><w:unknown/><w:t>x</w:t></w:r></w:p>"),
        ".epub": book(["<p>x"]),
        ".pdf": pdf([lines_of("Texte.")]).replace(b"Helvetica", b"Helvetixa"),
    }.items():
        formats.read(data, suffix)
    assert capfd.readouterr() == ("", "")
