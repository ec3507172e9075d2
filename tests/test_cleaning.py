"""Pages copied out of a browser, lines that a site repeats, and lines that a person keeps."""

from __future__ import annotations

import stat
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from benchmarks import cleaning
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from euaiqa.cli import app
from euaiqa.datamodels import Language, Source, Span
from euaiqa.documents import (
    as_document,
    boilerplate,
    choosing,
    front_matter,
    keep,
    metadata,
    read_corpus,
    read_kept,
    repetition,
    unkeep,
)
from euaiqa.documents.boilerplate import features, furniture, lines, page, shared
from euaiqa.documents.kept import FILE
from euaiqa.errors import DocumentError, SettingsError

DATA = Path(__file__).parent / "data"
PAGES = cleaning.read_pages(DATA / "pages")
ARTICLES = sorted(
    path
    for folder in (DATA, DATA.parent.parent / "seeds")
    for path in folder.rglob("*")
    if path.suffix in {".txt", ".md"} and path.parent.name in {"articles", "seeds"}
)
PROSE = "The Commission said on day {0} that the plan number {0} of the centre will be paid for."
LAW = """CHAPTER III

Article {0}

Obligations of providers number {0}

Providers of systems of kind {0} shall keep the documents at the disposal of the authorities.

Importers of systems of kind {0} shall tell the authorities of a risk that they have found.

Users of systems of kind {0} shall watch the operation of the system as the instructions say.

This Regulation shall enter into force on the twentieth day following that of its publication.

This Regulation shall be binding in its entirety and directly applicable in all Member States.

Done at Brussels

For the Council

The President
"""
SECTORS = """Budget de l’IA : qui reçoit quoi en 2027

La Commission a publié mardi la répartition des crédits entre les secteurs, sur trois ans.

Santé
1,1 milliard d’euros, dont 300 millions pour les hôpitaux.
Éducation
420 millions d’euros, surtout pour la formation des maîtres.
Transports
610 millions d’euros.
Justice
90 millions d’euros.
Culture
75 millions d’euros.

Les États membres ont jusqu’au 30 juin pour déposer leurs projets, précise la porte-parole.
Contact
presse@exemple.invalid
"""
PROGRAMME = """Programme du colloque sur les modèles à usage général

Le colloque réunit des chercheurs, des élus et des entreprises autour du règlement.

9h00
Accueil
9h30
Table ronde : santé, justice, éducation
11h30
Débats
14h00
Ateliers
Santé
Emploi

Inscription
L’inscription est gratuite mais obligatoire, dans la limite des 200 places.
Contact
Plan d’accès
"""
TABLE = """AI factories by country

Nineteen AI factories have been selected in Europe since 2024, says the joint undertaking.

Country
Power (MW)
Finland
10
Germany
18

Finland was first to open its doors to companies, in March, and has served 120 of them since then.
Health
Energy
Science
Education
"""
SITE = """Home
The Daily Rack
Machines for everyone
Sign in
The plan number {0} of the centre is paid for
{1}
{2}
More of our machines
Contact us
The rack never sleeps
Privacy Policy
"""


def english(_text: str) -> Language:
    return "en"


def out_of(text: str, **how: object) -> list[str]:
    """The lines that are left out."""
    spans = boilerplate.find(text, **how)  # type: ignore[arg-type]
    return [line for span in spans for line in text[span.start : span.end].split("\n") if line]


def prose(number: int) -> str:
    return PROSE.format(number)


def repeated(texts: list[str]) -> frozenset[int]:
    return repetition.repeated([repetition.keys(text) for text in texts])


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_others", [False, True])
def test_find_labelled_pages_meets_the_bar(with_others: bool) -> None:
    held_out = [each for each in PAGES if each.name.startswith("test_")]
    known = repeated([each.text for each in held_out]) if with_others else frozenset[int]()
    counts = cleaning.measure(held_out, known)
    assert counts["both"].pages == 24
    for name in ("fr", "en", "both"):
        assert counts[name].left <= 0.05 * counts[name].boilerplate
        assert counts[name].lost <= 0.02 * counts[name].text


def test_read_as_html_meets_the_bar() -> None:
    counts = cleaning.measure(PAGES, as_html=True)
    assert counts["both"].pages == 4
    for name in ("fr", "en", "both"):
        assert counts[name].left <= 0.05 * counts[name].boilerplate
        assert counts[name].lost <= 0.02 * counts[name].text


def test_missed_html_counts_lines_that_are_kept_and_words_that_are_not() -> None:
    each = cleaning.Page(
        "a",
        (
            cleaning.Labelled("Share this now", False, False),
            cleaning.Labelled("Four words of text", True, False),
            cleaning.Labelled("Contact us", False, False),
            cleaning.Labelled("never shown", True, False),
        ),
    )
    text = "Share this now\nFour words of\ntext\nContact us\n"
    at = text.index("text")
    read = as_document(Source("a.txt", text, "0"), english)
    read = replace(read, boilerplate=(Span(at, len(text) - 1),))
    assert cleaning.missed_html(each, read) == (
        ["Share this now"],
        [("text", 4), ("never shown", 11)],
    )


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_published_of_a_page_reads_its_byline(each: cleaning.Page) -> None:
    told = [line.text for line in each.lines if line.is_text is None]
    if any(metadata.gives_date(line) for line in told):
        assert not {line for line in told if metadata.gives_date(line)} & set(out_of(each.text))


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name)
def test_judge_article_without_a_site_leaves_nothing_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    front = front_matter.find(text)
    found = list(lines.of(text, front.end if front else 0))
    if path.name == "001_91791e06d27aa20c.txt":  # which has a comment form, a rule's
        found = found[: next(i for i, line in enumerate(found) if "Restez" in line.text)]
    assert not any(page.judge(found).outside)


def test_find_seed_loses_no_line_of_its_text() -> None:
    path = DATA.parent.parent / "seeds" / "001_91791e06d27aa20c.txt"
    out = out_of(path.read_text(encoding="utf-8"))
    assert out[0] == "YouTube video"
    assert out[1].startswith("Restez à la pointe") and len(out) == 8


def test_find_law_loses_nothing() -> None:
    text = "\n".join(LAW.format(number) for number in range(30))
    assert out_of(text) == []


@pytest.mark.parametrize("sections", [SECTORS, PROGRAMME, TABLE])
def test_find_headings_that_menus_have_too_loses_nothing(sections: str) -> None:
    assert out_of(sections) == []


def test_find_long_prose_outside_the_core_is_kept() -> None:
    furniture = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\n"
    table = "".join(f"Row {number}\n" for number in range(80))
    article = "\n".join(prose(number) + " " + prose(number) for number in range(4))
    late = prose(9) + " " + prose(10)
    assert late not in out_of(f"{furniture}\n{article}\n{table}\n{late}\n{furniture}")


def test_find_long_prose_that_a_page_shows_in_two_boxes_is_left_out() -> None:
    furniture = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\n"
    article = "\n".join(prose(number) + " " + prose(number) for number in range(4))
    box = "Most read\n" + prose(9) + " " + prose(10) + "\nMore of us\n"
    out = out_of(f"{furniture}{box}\n{article}\n{furniture}\n{box}\n{furniture}")
    assert prose(9) + " " + prose(10) in out
    assert not set(article.split("\n")) & set(out)


PLATFORMS = ("Facebook", "Instagram", "LinkedIn", "Pinterest", "Snapchat", "TikTok", "YouTube")


def test_find_list_of_platforms_in_a_text_loses_nothing() -> None:
    text = [
        prose(1),
        prose(2),
        prose(3),
        "The platforms are:",
        *PLATFORMS,
        "They have four months.",
    ]
    assert out_of("\n".join(text)) == []


@pytest.mark.parametrize("parted", ["", "By Jo Doe, 3 March 2026\n", "Read on\n"])
@pytest.mark.parametrize("box", [[0], [5], [0, 1, 2], [3, 5], [4, 5], [5, 5]])
def test_find_sentence_that_is_shown_twice_is_kept_once(box: list[int], parted: str) -> None:
    """A preview, a box of what to remember, a teaser for this very article, a refrain."""
    furniture = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\n"
    text = [f"{prose(number)} {prose(number + 50)}" for number in range(6)]
    headline = "The Commission plans to pay for the centre number one and for its machines"
    shown = "\n".join([headline, *(text[number] for number in box)])
    article = "\n".join([headline, text[0], parted + text[1], *text[2:]])
    for page_ in (f"{shown}\nRead more\n{article}", f"{article}\nRead also\n{shown}"):
        whole = f"{furniture}\n{page_}\n{furniture}"
        out = out_of(whole)
        for line in (headline, *text):
            assert out.count(line) < whole.split("\n").count(line), (line, box)


def test_find_paragraph_away_from_the_text_is_kept_where_a_box_repeats_it() -> None:
    furniture = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\n"
    text = "\n".join(f"{prose(number)} {prose(number + 50)}" for number in range(6))
    last = f"{prose(7)} {prose(8)}"
    table = "Athens\n21\nBarcelona\n30\nBologna\n12\n"
    out = out_of(f"{furniture}\n{text}\n{table}{last}\nRead also\n{last}\n{furniture}")
    assert out.count(last) == 1


@pytest.mark.parametrize("copied", ["article", "standfirst"])
def test_find_what_is_copied_twice_is_kept_where_it_is_the_article(copied: str) -> None:
    furniture = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\n"
    article = "\n".join(prose(number) + " " + prose(number) for number in range(4))
    headline, standfirst = "The plan number 1 of the centre is paid for", prose(0) + " " + prose(5)
    opening = f"{headline}\n{standfirst}\n"
    twice = opening if copied == "standfirst" else f"{opening}{article}\n{furniture}"
    out = out_of(f"{furniture}\n{twice}{opening}{article}\n{furniture}")
    assert not {standfirst, *article.split("\n")} & set(out)


def test_find_within_the_prose_structure_is_believed() -> None:
    """What looks like a site's, but stands between the article's sentences, may be a list of it."""
    menu = "Home\nSign in\nSearch\nNewsletter\nContact us\nPrivacy Policy\nTerms of Service"
    article = "\n".join(prose(number) + " " + prose(number) for number in range(4))
    inside = ["Sign up for free", "Follow us", "See all"]
    text = "\n".join([menu, article, *inside, prose(9), menu])
    first = Span(0, text.index("\n"))
    assert set(inside) <= set(out_of(text))
    out = out_of(text, outside=(first,))
    assert "Sign up for free" not in out and "Privacy Policy" in out


def test_find_outside_of_structure_is_left_out_but_not_the_headline() -> None:
    each = next(each for each in PAGES if each.name == "tune_en_ledger_1")
    first = next(index for index, line in enumerate(each.lines) if line.is_text)
    spans = list(each.spans())
    before = tuple(spans[: first + 1])
    out = out_of(each.text, outside=before)
    assert each.lines[first].text not in out
    assert "Life & Style" in out


def test_find_outside_of_structure_is_not_all_that_is_left_out() -> None:
    each = next(each for each in PAGES if each.name == "tune_en_ledger_1")
    first, *_ = each.spans()
    out = out_of(each.text, outside=(first,))
    assert not {line.text for line in each.lines if line.is_text} & set(out)
    assert {"Privacy Policy", "Terms of Service"} & set(out)


COMMENT = (
    "I have worked in such a place for years and I can tell you that nobody there reads it, or "
)


@pytest.mark.parametrize("heading", ["Réagir (3)", "Le coin des lecteurs"])
def test_find_long_comments_are_left_out_by_heading_or_buttons(heading: str) -> None:
    menu = "Accueil\nSe connecter\nS’abonner\nNewsletter\nMentions légales\nPolitique de cookies\n"
    article = "\n".join(prose(number) + " " + prose(number + 9) for number in range(5))
    comments = "".join(
        f"lecteur_{number}\nLe 3 mars 2026 à 21:0{number}\n{COMMENT * 2}{number}\nAlerter\n"
        "Répondre\n"
        for number in range(5)
    )
    out = out_of(f"{menu}{article}\n{heading}\n{comments}{menu}")
    assert sum(line.startswith(COMMENT) for line in out) >= 4
    assert prose(0) + " " + prose(9) not in out


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("Comment travaille-t-elle ?", False),
        ("Comment le texte change tout", False),
        ("Comments (5)", True),
        ("Comment on this story", True),
        ("34 commentaires", True),
        ("Meilleurs commentaires", True),
    ],
)
def test_opens_comments_tells_the_french_question(text: str, opens: bool) -> None:
    assert furniture.opens_comments(next(lines.of(text))) is opens


def test_find_heading_of_the_article_that_says_reactions_opens_no_comments() -> None:
    each = next(each for each in PAGES if each.name == "tune_fr_voisins_1")
    found = list(lines.of(each.text))
    heading = [line.text for line in each.lines].index("Les réactions")
    commented = [row["in_comments"] for row in features.Seen(found).rows()]
    assert each.lines[heading].is_text is False or not commented[heading]
    assert not any(
        is_in and line.is_text for is_in, line in zip(commented, each.lines, strict=True)
    )


def test_weights_are_those_of_the_features() -> None:
    (row,) = features.Seen(list(lines.of("One line."))).rows()
    assert set(page._weights()[1]) == set(row)


def test_find_large_page_takes_linear_time() -> None:
    text = "Home\nSign in\nContact us\nSearch\nComments\nReply\n" * 3_000 + prose(1)
    started = time.perf_counter()
    boilerplate.find(text, repeated=frozenset({1}))
    assert time.perf_counter() - started < 20


@given(
    st.text(alphabet=st.sampled_from("ab .*-\nNewslterLaicomntf©:|"), max_size=200),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_find_any_text_and_ranges_gives_whole_lines_in_order(text: str, edges: list[int]) -> None:
    inside = sorted({min(edge, len(text)) for edge in edges})
    outside = [Span(a, b) for a, b in zip(inside[::2], inside[1::2], strict=False)]
    known = frozenset(line.key for line in lines.of(text))
    at = -1
    for span in boilerplate.find(text, outside=outside, repeated=known):
        assert at < span.start < span.end <= len(text)
        assert not text[span.start].isspace() and not text[span.end - 1].isspace()
        assert not text[: span.start].rpartition("\n")[2].strip()
        assert not text[span.end :].partition("\n")[0].strip()
        at = span.end


class Visible(HTMLParser):
    """The visible lines of a simple page, each element with text being one."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden = tag == "title"

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.hidden:
            self.lines.append(data.strip())


@pytest.mark.parametrize(
    "path", sorted((DATA / "pages").glob("*.html")), ids=lambda path: path.stem
)
def test_labelled_page_as_html_shows_the_same_lines(path: Path) -> None:
    parser = Visible()
    parser.feed(path.read_text(encoding="utf-8"))
    (each,) = (each for each in PAGES if each.name == path.stem)
    assert parser.lines == [line.text for line in each.lines]


def test_read_pages_line_without_a_label_raises(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("+\tgood\nbad\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.txt:2"):
        cleaning.read_pages(tmp_path)


# --- repetition -------------------------------------------------------------------------------


def test_keys_are_the_same_everywhere() -> None:
    assert repetition.keys("À la une\n\n a LA  Une \n").tolist() == [14644125507421726010]
    assert repetition.keys("").tolist() == []


def test_repeated_lines_of_a_site_are_left_out() -> None:
    texts = [SITE.format(n, prose(n), prose(n + 50)) for n in range(3)]
    known = repeated(texts)
    out = out_of(texts[0], repeated=known)
    assert {"Machines for everyone", "The rack never sleeps", "More of our machines"} <= set(out)
    assert not {"The plan number 0 of the centre is paid for", prose(0), prose(50)} & set(out)
    found = list(lines.of(texts[0]))
    alone = shared.indexes(found, known, [False] * len(found))
    assert "The rack never sleeps" in {found[index].text for index in alone}


def test_repeated_two_articles_are_too_few() -> None:
    assert repeated([SITE.format(n, prose(n), prose(n + 50)) for n in range(2)]) == frozenset()


def test_repeated_same_text_in_four_outlets_does_not_count() -> None:
    text = "\n".join(prose(number) for number in range(10))
    texts = [f"Home\nContact us\nOutlet {n}\n{text}\nPrivacy Policy" for n in range(4)]
    assert repeated(texts) == frozenset()
    assert prose(0) not in out_of(texts[0], repeated=repeated(texts))


def test_repeated_headings_and_formulas_of_laws_are_kept() -> None:
    texts = [LAW.format(number) for number in range(5)]
    known = repeated(texts)
    assert known
    assert out_of(texts[0], repeated=known) == []


def test_repeated_quotation_in_the_text_is_kept() -> None:
    quotation = "“We will not leave the making of machines to others,” the president said in March."
    texts = [
        SITE.format(n, prose(n), f"{prose(n + 20)}\n{quotation}\n{prose(n + 50)}") for n in range(4)
    ]
    assert quotation not in out_of(texts[0], repeated=repeated(texts))


def test_read_corpus_leaves_out_what_its_articles_share(tmp_path: Path) -> None:
    for n in range(3):
        text = SITE.format(n, prose(n), prose(n + 50))
        (tmp_path / f"{n}.txt").write_text(text, encoding="utf-8")
    for document in read_corpus(tmp_path, english).documents:
        left = [document.text[span.start : span.end] for span in document.boilerplate]
        assert "The rack never sleeps" in "\n".join(left)


# --- kept -------------------------------------------------------------------------------------

TEXT = f"---\ntitle: Racks\n---\n{PROSE.format(1)}\nNewsletter\nShare this article\nMore of us\n"


def test_keep_and_unkeep_are_read_back(tmp_path: Path) -> None:
    assert read_kept(tmp_path) == {}
    keep(tmp_path, "a/b.txt", "  Newsletter ")
    keep(tmp_path, "a/b.txt", "A\tline")
    keep(tmp_path, "c.txt")
    assert read_kept(tmp_path) == {
        "a/b.txt": {"Newsletter", "A\tline"},
        "c.txt": {boilerplate.EVERYTHING},
    }
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o644
    unkeep(tmp_path, "a/b.txt", "Newsletter")
    unkeep(tmp_path, "a/b.txt", "never kept")
    unkeep(tmp_path, "c.txt")
    assert read_kept(tmp_path) == {"a/b.txt": {"A\tline"}}
    unkeep(tmp_path, "a/b.txt", "A\tline")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"a.txt", b"a.txt\t ", b"\tline", b"a.txt\tfine\nbad\n", b"\xff"]
)
def test_read_kept_malformed_file_raises_with_hint(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(SettingsError, match="kept") as raised:
        read_kept(tmp_path)
    assert raised.value.hint
    with pytest.raises(SettingsError, match="kept"):
        keep(tmp_path, "a.txt", "x")
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.parametrize(("document", "line"), [("a.txt", " "), ("a.txt", "a\nb"), ("a\tb", "x")])
def test_keep_what_no_file_can_hold_raises(tmp_path: Path, document: str, line: str) -> None:
    with pytest.raises(SettingsError, match="cannot be kept"):
        keep(tmp_path, document, line)
    assert list(tmp_path.iterdir()) == []


def test_read_kept_file_with_a_byte_order_mark_counts_from_its_first_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbfa.txt\tNewsletter\r\n")
    assert read_kept(tmp_path) == {"a.txt": {"Newsletter"}}


@pytest.mark.parametrize("what", ["replace", "chmod"])
def test_keep_that_cannot_be_written_leaves_no_file_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    keep(tmp_path, "a.txt", "first")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, what, full)
    with pytest.raises(SettingsError, match="No space"):
        keep(tmp_path, "a.txt", "second")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert read_kept(tmp_path) == {"a.txt": {"first"}}


def test_as_document_kept_line_is_no_boilerplate_by_any_way() -> None:
    source = Source("a.txt", TEXT, "0")
    at = TEXT.index("More of us")
    source = replace(source, outside=(Span(at, at + 10),))
    known = frozenset(repetition.keys(TEXT).tolist())
    for how in ({}, {"repeated": known}):
        kept = frozenset({"Newsletter", "More of us"})
        document = as_document(source, english, kept=kept, **how)  # type: ignore[arg-type]
        out = "\n".join(TEXT[span.start : span.end] for span in document.boilerplate)
        assert "Newsletter" not in out and "More of us" not in out
        assert "Share this article" in out and out.startswith("---\ntitle")


def test_as_document_whole_article_kept_leaves_only_front_matter_out() -> None:
    document = as_document(Source("a.txt", TEXT, "0"), english, kept=frozenset({"*"}))
    assert [TEXT[s.start : s.end] for s in document.boilerplate] == ["---\ntitle: Racks\n---"]


def test_as_document_nothing_but_boilerplate_tells_how_to_keep_it() -> None:
    with pytest.raises(DocumentError) as raised:
        as_document(Source("a.txt", "Newsletter\n", "0"), english)
    assert "euaiqa keep" in raised.value.hint
    assert as_document(Source("a.txt", "Newsletter\n", "0"), english, kept=frozenset({"*"}))


def test_chosen_must_be_one_line_or_every(tmp_path: Path) -> None:
    found = ("Share this", "Share", "Sign in")
    assert choosing.chosen(found, "Si") == ("Sign in",)
    assert choosing.chosen(found, "Share") == ("Share",)
    assert choosing.chosen(found, "S", every=True) == found
    with pytest.raises(SettingsError, match="3 lines"):
        choosing.chosen(found, "S")
    with pytest.raises(SettingsError, match="no line"):
        choosing.chosen(found, "x")


def test_cli_keep_lists_keeps_and_undoes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EUAIQA_SEEDS", str(tmp_path))
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Newsletter\n", encoding="utf-8")
    run = CliRunner().invoke
    assert run(app, ["keep", "a.txt"]).output.splitlines() == [
        "1. Newsletter",
        "2. Share this article",
    ]
    assert run(app, ["keep", "a.txt", "News"]).exit_code == 0
    assert read_kept(tmp_path) == {"a.txt": {"Newsletter"}}
    assert run(app, ["keep", "a.txt"]).output == "1. Share this article\n"
    assert run(app, ["keep", "a.txt", "News", "--undo"]).exit_code == 0
    assert read_kept(tmp_path) == {}
    assert run(app, ["keep", "b.txt", "--all"]).exit_code == 0
    assert len(read_corpus(tmp_path, english).documents) == 2
    assert isinstance(run(app, ["keep", "c.txt"]).exception, SettingsError)
