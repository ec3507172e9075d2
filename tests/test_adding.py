"""Putting an article into the folder: what is written, what is told, what is refused."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from euaiqa.cli import app
from euaiqa.datamodels import Language
from euaiqa.documents import adding, front_matter, read_corpus, read_document
from euaiqa.documents.adding import Added, Given
from euaiqa.documents.fetching import Fetched
from euaiqa.errors import AddingFailed, DocumentError, SettingsError
from fakes_formats import PARAGRAPH, pdf, web_page, word, word_paragraph

TODAY = dt.date(2026, 11, 28)


def french(_: str) -> Language:
    return "fr"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    return path


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder.parent / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def add(folder: Path, what: Path | str, given: Given = Given(), **options: object) -> Added:  # noqa: B008
    return adding.add(str(what), folder, french, given, today=TODAY, **options)  # type: ignore[arg-type]


def test_add_page_writes_the_article_with_front_matter(folder: Path) -> None:
    added = add(folder, put(folder, "page.html", web_page()), Given(published=dt.date(2025, 2, 11)))
    assert added.path == folder / "le-titre-2025-02-11.md"
    text = added.path.read_text(encoding="utf-8")
    assert text.startswith(
        '---\ntitle: "Le titre"\ndate: "2025-02-11"\noutlet: "Le Journal"\nlanguage: "fr"\n'
        'url: "https://journal.example/plan"\nadded: "2026-11-28"\n---\n\nLe titre\n\n'
    )
    assert PARAGRAPH in text
    assert "Accueil" not in text
    assert added.left_out == 5
    document = read_document(added.path, folder, french)
    assert document.title == "Le titre"
    assert document.published == dt.date(2025, 2, 11)
    assert document.outlet == "Le Journal"
    assert document.address == "https://journal.example/plan"


def test_add_whole_page_keeps_the_lines_around(folder: Path) -> None:
    added = add(folder, put(folder, "page.html", web_page()), whole=True)
    assert "Accueil" in added.path.read_text(encoding="utf-8")
    assert added.left_out == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", pdf([[(60, 700, "Un texte sur les centres.")]])),
        ("a.docx", word(word_paragraph("Un texte sur les centres."))),
    ],
)
def test_add_other_format_writes_its_text(folder: Path, name: str, data: bytes) -> None:
    added = add(folder, put(folder, name, data))
    assert added.path.suffix == ".md"
    assert added.path.read_text(encoding="utf-8").endswith("---\n\nUn texte sur les centres.\n")


def test_add_text_keeps_it_and_the_fields_that_are_no_business_of_ours(folder: Path) -> None:
    text = (
        "---\ntags:\n  - un\n  - deux\nlang: en\nTitle: 'L''autre'\nauthor: X\n---\n\n"
        "Le texte,  tel quel.\n\n---\nurl: faux\n---\n"
    )
    added = add(folder, put(folder, "a.txt", text))
    written = added.path.read_text(encoding="utf-8")
    assert added.path.suffix == ".txt"
    assert added.title == "L'autre"
    assert added.language == "en"
    assert written == (
        '---\ntitle: "L\'autre"\nlanguage: "en"\nadded: "2026-11-28"\ntags:\n  - un\n  - deux\n'
        "author: X\n---\n\nLe texte,  tel quel.\n\n---\nurl: faux\n---\n"
    )


@pytest.mark.parametrize(("lines", "fits"), [(96, True), (98, False)])
def test_add_text_whose_front_matter_grows_too_long_is_refused(
    folder: Path, lines: int, fits: bool
) -> None:
    front = "".join(f"k{n}: v\n" for n in range(lines))
    what = put(folder, "a.txt", f"---\n{front}---\n\nAutre\n\nUn texte.")
    if fits:
        assert add(folder, what).title == "Autre"
        return
    with pytest.raises(AddingFailed, match="front matter") as caught:
        add(folder, what)
    assert caught.value.hint
    assert list(folder.iterdir()) == []


def test_add_what_the_caller_says_comes_before_what_the_page_says(folder: Path) -> None:
    given = Given("Mon titre", dt.date(2024, 1, 2), "Moi", "en", "ici")
    added = add(folder, put(folder, "page.html", web_page()), given)
    assert added.path == folder / "ici.md"
    document = read_document(added.path, folder, french)
    assert (document.title, document.published) == ("Mon titre", dt.date(2024, 1, 2))
    assert (document.outlet, document.language) == ("Moi", "en")


def page_at(address: str, data: bytes, charset: str = "") -> object:
    return lambda _: Fetched(data, ".html", charset, address)


def test_add_address_is_told_with_its_outlet(folder: Path) -> None:
    data = "<h1>Un plan</h1><p>Été à Liège.</p>".encode("cp1252")
    fetch = page_at("https://www.presse.example/p", data, "windows-1252")
    added = add(folder, "https://t.example/x", fetch=fetch)
    assert added.outlet == "presse.example"
    assert added.address == "https://www.presse.example/p"
    assert "Été à Liège." in added.path.read_text(encoding="utf-8")


def test_add_page_that_claims_another_site_s_address_is_not_believed(folder: Path) -> None:
    fetch = page_at("https://evil.example/p", web_page())
    assert add(folder, "https://evil.example/p", fetch=fetch).address == "https://evil.example/p"


@pytest.mark.parametrize("home", ["https://site.example/", "https://www.site.example?utm_source=x"])
def test_add_pages_that_all_claim_to_be_the_home_page_are_not_the_same(
    folder: Path, home: str
) -> None:
    for page, told in (("a", "Un plan."), ("b", "Une usine."), ("?p=3", "Un accord.")):
        data = f'<link rel="canonical" href="{home}"><h1>Titre</h1><p>{told}</p>'.encode()
        address = f"https://site.example/{page}"
        added = add(folder, address, fetch=page_at(address, data), replace=True)
        assert (added.address, added.replaced) == (address, "")
    assert len(files(folder)) == 3


def test_add_saved_pages_that_claim_to_be_the_home_page_are_not_the_same(folder: Path) -> None:
    for name, told in (("a.html", "Un plan."), ("b.html", "Une usine.")):
        data = f'<link rel="canonical" href="https://site.example/"><h1>Titre</h1><p>{told}</p>'
        assert add(folder, put(folder, name, data), replace=True).replaced == ""
    assert len(files(folder)) == 2


def test_add_home_page_that_says_so_is_believed(folder: Path) -> None:
    data = b'<link rel="canonical" href="https://site.example/"><h1>Titre</h1><p>Un plan.</p>'
    fetch = page_at("https://www.site.example/?utm_source=x", data)
    assert add(folder, "https://www.site.example", fetch=fetch).address == "https://site.example/"


@pytest.mark.parametrize(
    "address", ["https://journal.example/plan/?utm_source=x", "http://www.journal.example/plan#a"]
)
def test_add_same_address_is_told_and_not_added(folder: Path, address: str) -> None:
    add(folder, put(folder, "page.html", web_page()), Given(name="first"))
    other = f"---\nurl: {address}\n---\nUn tout autre texte.\n"
    with pytest.raises(AddingFailed) as caught:
        add(folder, put(folder, "b.txt", other))
    assert caught.value.message == "already there as first.md"
    assert "--replace" in caught.value.hint
    assert [path.name for path in folder.iterdir()] == ["first.md"]


def test_add_same_text_is_told_whatever_its_title(folder: Path) -> None:
    add(folder, put(folder, "a.txt", "Le texte\n\nUn, deux."))
    with pytest.raises(AddingFailed, match="already there as"):
        add(folder, put(folder, "b.md", "Le texte\nun DEUX"), Given(title="Autre"))


def test_add_same_file_that_lies_there_in_its_own_format_is_told(folder: Path) -> None:
    (folder / "page.html").write_bytes(web_page())
    with pytest.raises(AddingFailed, match=r"already there as page\.html"):
        add(folder, put(folder, "b.html", web_page()))


def test_add_replace_takes_the_place_of_the_one_there(folder: Path) -> None:
    add(folder, put(folder, "page.html", web_page()), Given(name="first"))
    added = add(folder, put(folder, "page.html", web_page("<p>Nouveau.</p>")), replace=True)
    assert added.replaced
    assert [path.name for path in folder.iterdir()] == ["first.md"]
    assert "Nouveau." in added.path.read_text(encoding="utf-8")


def test_add_replace_by_another_kind_leaves_one_article(folder: Path) -> None:
    add(folder, put(folder, "a.txt", "Le texte\n\nUn, deux."))
    added = add(folder, put(folder, "b.md", "Le texte\n\nUn, deux."), replace=True)
    assert list(folder.iterdir()) == [added.path]
    assert added.path.suffix == ".md"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def test_add_replace_never_takes_the_name_of_another_article(folder: Path) -> None:
    (folder / "budget.txt").write_text("Le budget\n\nIl est de 9 millions.")
    (folder / "old.txt").write_text("Nouveau\n\nIl coûte 7 millions.")
    before = files(folder)
    new, other = put(folder, "a.txt", "Nouveau\n\nIl coûte 7 millions."), put(folder, "b.txt", "X.")
    for what in (new, other):
        with pytest.raises(AddingFailed, match=r"another article named budget\.txt") as caught:
            add(folder, what, Given(name="budget"), replace=True)
        assert "--as" in caught.value.hint
        assert files(folder) == before


def test_add_replace_leaves_a_file_of_another_format_where_it_lies(folder: Path) -> None:
    (folder / "page.html").write_bytes(web_page())
    with pytest.raises(AddingFailed, match=r"already there as page\.html") as caught:
        add(folder, put(folder, "b.html", web_page()), replace=True)
    assert "--replace" not in caught.value.hint
    assert files(folder) == {"page.html": web_page()}


def test_add_replace_tells_which_file_gave_way(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "old.txt").write_text("Nouveau\n\nIl coûte 7 millions.")
    what = put(folder, "a.txt", "Nouveau\n\nIl coûte 7 millions.")
    added = add(folder, what, Given(name="new"), replace=True)
    assert added.replaced == "sub/old.txt"
    assert ("replaced", "sub/old.txt") in added.rows()
    assert set(files(folder)) == {"new.txt"}
    again = add(folder, what, Given(name="new"), replace=True)
    assert (again.replaced, set(files(folder))) == ("new.txt", {"new.txt"})
    assert not add(folder, put(folder, "b.txt", "Autre."), replace=True).replaced


def test_add_replace_prefers_the_same_article_of_that_name(folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("Le texte.")
    added = add(folder, put(folder, "x.txt", "Le texte."), Given("Titre", name="b"), replace=True)
    assert (added.replaced, set(files(folder))) == ("b.txt", {"a.txt", "b.txt"})
    assert (folder / "a.txt").read_text() == "Le texte."


def test_add_another_article_of_the_same_title_gets_a_number(folder: Path) -> None:
    for number in range(3):
        add(folder, put(folder, "a.txt", f"Le titre\n\nTexte numéro {number}."))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["le-titre-2.txt", "le-titre-3.txt", "le-titre.txt"]


def test_add_name_that_is_taken_is_refused_and_nothing_is_lost(folder: Path) -> None:
    (folder / "ici.txt").write_text("Un autre article.")
    with pytest.raises(AddingFailed, match="another article named"):
        add(folder, put(folder, "a.txt", "Le texte."), Given(name="ici.txt"))
    assert (folder / "ici.txt").read_text() == "Un autre article."
    assert [path.name for path in folder.iterdir()] == ["ici.txt"]


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a\\b", ".x", "a\nb", "x" * 300, ".txt", "\udce9x"]
)
def test_add_name_that_leaves_the_folder_or_is_none_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(AddingFailed):
        add(folder, put(folder, "a.txt", "Le texte."), Given(name=name))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("L’Œuvre : « 200 milliards » d’euros !", "l-oeuvre-200-milliards-d-euros.txt"),
        ("日本語", "article.txt"),
        ("CON", "article-con.txt"),
        ("mot " * 60, "mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot.txt"),
    ],
)
def test_add_name_is_made_of_the_title(folder: Path, title: str, name: str) -> None:
    assert add(folder, put(folder, "a.txt", "Le texte."), Given(title)).path.name == name


def test_add_that_cannot_be_written_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AddingFailed, match="no space left"):
        add(folder, put(folder, "a.txt", "Le texte."))
    assert list(folder.iterdir()) == []


def test_add_without_links_still_never_overwrites(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    for text in ("Le titre\n\nUn.", "Le titre\n\nDeux."):
        add(folder, put(folder, "a.txt", text))
    assert len(read_corpus(folder, french).documents) == 2


def test_add_what_is_no_article_is_refused(folder: Path) -> None:
    with pytest.raises(AddingFailed, match="there is no file"):
        add(folder, folder / "nothing.txt")
    with pytest.raises(DocumentError) as caught:
        add(folder, put(folder, "a.doc", b"\xd0\xcf"))
    assert caught.value.hint == "save it as .docx or .pdf"
    (folder / "in.txt").write_text("Le texte.")
    with pytest.raises(AddingFailed, match="in the articles' folder already"):
        add(folder, folder / "in.txt")
    with pytest.raises(SettingsError):
        add(folder / "missing", put(folder, "a.txt", "Le texte."))


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("\"':\\-#\n\r\t \u2028\u0085\0{}[]|>&*!%@`,")), st.characters()
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(title=NASTY, outlet=NASTY)
def test_front_matter_written_is_read_back_and_no_field_is_forged(title: str, outlet: str) -> None:
    values = {"title": title, "outlet": outlet, "language": "fr", "url": "https://a.example/"}
    text = front_matter.written(values) + "\nLe texte.\n"
    text.encode("utf-8", "replace")
    front = front_matter.find(text)
    assert front is not None
    assert text[front.end :].strip() == "Le texte."

    def plain(value: str) -> str:
        return " ".join("".join(c if c.isprintable() else " " for c in value).split())

    fields = front_matter.fields(text, front)
    assert {key: plain(value) for key, value in values.items() if plain(value)} == fields


@settings(max_examples=40, deadline=None)
@given(title=NASTY.filter(lambda title: any(c.isalpha() for c in title)))
def test_add_any_title_is_the_title_of_the_document(title: str) -> None:
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where, "articles")
        folder.mkdir()
        added = add(folder, put(folder, "a.txt", "Le texte."), Given(title))
        (document,) = read_corpus(folder, french).documents
        wanted = " ".join("".join(c if c.isprintable() else " " for c in title).split())
        assert document.title == added.title == wanted


def test_cli_add_tells_what_it_did_and_what_comes_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUAIQA_SEEDS", str(folder))
    page = put(folder, "page.html", web_page())
    done = CliRunner().invoke(app, ["add", str(page), "--date", "2025-02-11"])
    assert done.exit_code == 0, done.output
    for words in (
        "Added le-titre-2025-02-11.md", "Le titre", "2025-02-11", "Le Journal", "French",
        "5 lines around the article; --whole keeps them", "euaiqa index",
    ):  # fmt: skip
        assert words in done.output
    again = CliRunner().invoke(app, ["add", str(page)])
    assert isinstance(again.exception, AddingFailed)
    assert CliRunner().invoke(app, ["add", str(page), "--date", "11/02/2025"]).exit_code == 2
