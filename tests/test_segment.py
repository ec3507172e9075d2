from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euaiqa import segment
from euaiqa.datamodels import Document, Language, Passage, Span

# Hard cases written by hand: the sentences of one line, which one space joins.
FRENCH = [
    ["M. Breton a signé.", "Mme. Leroy aussi."],
    ["Le texte de M. Thierry Breton a été adopté."],
    ["MM. Dupont et Durand sont venus.", "Me Martin les défend."],
    ["Le Dr. Martin et le Pr. Petit ont parlé."],
    ["Des usines, p. ex. celle de Paris, ouvrent.", "Il y en a 3."],
    ["Certains pays (p. ex. l’Italie) attendent."],
    ["Voir art. 5 du règlement.", "Voir aussi l’art. 6."],
    ["Le règlement n° 2024/1689 s’applique.", "Il est long."],
    ["Le no. 5 est paru."],
    ["Il cite les p. 12 et 13.", "Puis il conclut."],
    ["Cf. chap. 3 du rapport."],
    ["Les États-Unis, le Japon, etc. suivent.", "La Chine aussi."],
    ["Il y a des puces, des serveurs, etc.", "La Chine en a aussi."],
    ["Le 3 janv. 2025 tout change.", "Le 4 févr. 2025 rien."],
    ["Le budget est de 3,5 milliards.", "La dette est de 2.5 milliards."],
    ["Il coûte 1.000.000 d’euros.", "C’est cher."],
    ["« Nous voulons une IA fiable », a-t-elle déclaré.", "Puis elle est partie."],
    ["« Il faut agir ! » a-t-elle lancé.", "Tous ont ri."],
    ["« Est-ce sûr ? », demande-t-il.", "Oui."],
    ["« C’est fait. »", "Les députés applaudissent."],
    ["« Nous investirons. Nous gagnerons. », a déclaré Mme von der Leyen.", "Fin."],
    ["« Critiques. Il s’agira du plus grand. » déclare von der Leyen.", "Bref, voilà."],
    ["«Je salue l’Initiative. Et aujourd’hui, j’annonce 50 milliards », a déclaré Ursula.", "Fin."],
    ["Il parle d’une « IA de confiance ».", "Elle acquiesce."],
    ["Il a dit : « Nous verrons. »", "Puis il est parti."],
    ["Pourquoi maintenant ?!", "Personne ne sait."],
    ["Combien\u00a0?", "Deux cents milliards\u202f!", "Vraiment\u202f?"],
    ["Et ensuite…", "Rien ne va plus."],
    ["L’UE… hésite encore.", "Mais avance."],
    ["Elle attend...", "Puis elle signe."],
    ["Voir https://ec.europa.eu/ia.html?x=1.", "Le site est clair."],
    ["Le site LeBigData.fr en parle.", "D’autres aussi."],
    ["J. R. Smith a répondu.", "A. Merkel aussi."],
    ["Selon l’art. L. 123-4 du code, l’accès est libre.", "Point final."],
    ["Selon J.-P. Dupont, c’est vrai.", "Il insiste."],
    ["1. L’objectif du présent règlement est clair.", "Il protège."],
    ["1) «système d’IA», un système automatisé;"],
    ["a) les fournisseurs;"],
    ["L’article 5, paragraphe 1, point a), s’applique.", "Le reste non."],
    ["Le GPT-4.5 est sorti.", "La version 2.0 suivra."],
    ["Il est 10 h 30.", "Le sommet commence."],
    ["La société Mistral S.A. recrute.", "Elle grandit."],
    ["Ce plan (lancé en 2024. Et revu) avance."],
]
ENGLISH = [
    ["Mr. Smith met Dr. Jones.", "They agreed."],
    ["The U.S. has Stargate.", "Europe has InvestAI."],
    ["The U.S. Congress voted.", "The E.U. did not."],
    ["He lives in the U.S.", "She lives in France."],
    ["Some uses, e.g. scoring, are banned.", "Others, i.e. most, are not."],
    ["Some, e.g., scoring, are banned."],
    ["Nvidia Inc. sells chips.", "So does Intel Corp. in Europe."],
    ["See No. 5 of the list.", "It is short."],
    ["See Art. 5 and Sec. 2.", "See also Fig. 3."],
    ["It costs $3.5 million.", "It cost $1.5bn in 2024."],
    ["“We need AI,” she said.", "“Now.”", "He nodded."],
    ["“Really?” she asked.", "Nobody answered."],
    ["“We invest. We win.”", "The room was silent."],
    ["He said “go. Now.” and left.", "Fine."],
    ['He said "yes. We can." and left.', "Fine."],
    ['"Why?" he asked.', '"Because."'],
    ["J. R. Smith agreed.", "So did G. W. Bush."],
    ["Article 5(1) applies.", "Article 6(2) does not."],
    ["1. The purpose of this Regulation is clear.", "It protects."],
    ["(a) the placing on the market;"],
    ["(i) detrimental treatment;"],
    ["Wait… what happened?", "Nothing."],
    ["It stopped...", "Then it went on."],
    ["What?!", "No way!", "Yes."],
    ["Visit https://example.eu/a.b?c=d.", "Then read."],
    ["It opens at 9 a.m. in Paris.", "It closes at 5 p.m.", "Nobody came."],
    ["Ms. von der Leyen vs. Mr. Musk: who wins?", "Nobody."],
    ["Plan B. failed."],
    ["It was signed on Feb. 11, 2025.", "It holds."],
    ["Gov. Newsom and Sen. Warren disagree."],
    ["J. A. Smith agreed.", "Vitamin C.", "The rest is known."],
    ["St. Louis and Washington D.C. are far.", "Paris is near."],
]


def _cases() -> list[tuple[Language, list[str]]]:
    return [("fr", case) for case in FRENCH] + [("en", case) for case in ENGLISH]


def document(text: str, language: Language = "en", boilerplate: Sequence[Span] = ()) -> Document:
    return Document("a.txt", "A title", None, language, text, "0" * 64, tuple(boilerplate))


def count_tokens(texts: Sequence[str]) -> list[int]:
    """A stand-in for the encoder's tokens: words and marks, at most ten characters each."""
    return [len(re.findall(r"\w{1,10}|[^\w\s]", text)) for text in texts]


def split(text: str, language: Language = "en") -> list[str]:
    return [text[span.start : span.end] for span in segment.sentence_spans(text, language)]


def cut(text: str, boilerplate: Sequence[Span] = ()) -> list[Passage]:
    return list(segment.passages(document(text, "en", boilerplate), count_tokens))


def prose(sentences: int, words: int = 20) -> str:
    return " ".join("The " + "word " * (words - 3) + "ends here." for _ in range(sentences))


@pytest.mark.parametrize(("language", "expected"), _cases())
def test_sentence_spans_hard_case_is_split_as_by_hand(
    language: Language, expected: list[str]
) -> None:
    assert split(" ".join(expected), language) == expected


def test_sentence_spans_lines_are_not_joined() -> None:
    text = "A heading\nA sentence. Another\n\n(a) one entry;\n(b) another entry;\nand then."
    assert split(text) == [
        "A heading",
        "A sentence.",
        "Another",
        "(a) one entry;",
        "(b) another entry;",
        "and then.",
    ]


def test_sentence_spans_hard_wrapped_paragraph_is_joined() -> None:
    text = (
        "The European Commission will invest twenty billion euros in\n"
        "Europe with gigafactories, said the president in Paris. The\n"
        "money comes from existing programmes.\n"
        "\n"
        "A short paragraph.\n"
    )
    assert [sentence.replace("\n", " ") for sentence in split(text)] == [
        "The European Commission will invest twenty billion euros in Europe with gigafactories,"
        " said the president in Paris.",
        "The money comes from existing programmes.",
        "A short paragraph.",
    ]


def test_sentence_spans_number_on_its_own_line_goes_with_its_paragraph() -> None:
    assert split("1.\nThe provider shall act.\n;\n2.\nIt shall report.") == [
        "1.\nThe provider shall act.\n;",
        "2.\nIt shall report.",
    ]


def test_sentence_spans_quotation_never_closed_is_split() -> None:
    assert split("Il a dit « sans fin. Puis il part. Fin.", "fr") == [
        "Il a dit « sans fin.",
        "Puis il part.",
        "Fin.",
    ]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2028", "\u3000", "\x85"])
def test_sentence_spans_wide_space_before_full_stop_is_no_crash(space: str) -> None:
    # sentencex 1.0.32 panics on these as they are.
    assert split(f"Selon M{space}. Il part.", "fr")[-1].endswith("Il part.")


def test_sentence_spans_line_longer_than_a_window_is_split_everywhere() -> None:
    text = "It says « yes » to all. " * 2_000
    assert len(split(text)) == 2_000


def test_sentence_spans_many_open_quotations_take_no_square_time() -> None:
    assert len(split("« a. " * 50_000, "fr")) >= 1


def test_sentence_spans_skipped_range_is_left_out() -> None:
    text = "One. Two three. Four."
    spans = segment.sentence_spans(text, "en", [Span(5, 8)])
    assert [text[span.start : span.end] for span in spans] == ["One.", "three.", "Four."]


def test_sentences_of_document_carry_its_id_and_offsets() -> None:
    article = document("One. Two.\nShare\nThree.", boilerplate=[Span(10, 15)])
    found = segment.sentences(article)
    assert [(s.document, s.start, s.end, s.text) for s in found] == [
        ("a.txt", 0, 4, "One."),
        ("a.txt", 5, 9, "Two."),
        ("a.txt", 16, 22, "Three."),
    ]


def test_passages_long_prose_have_the_target_size() -> None:
    sizes = count_tokens([passage.text for passage in cut(prose(40))])
    assert all(80 <= size <= 130 for size in sizes)


def test_passages_tiny_paragraphs_are_merged() -> None:
    text = "\n\n".join(prose(1, 12) for _ in range(8))
    assert len(cut(text)) == 1


def test_passages_end_at_a_paragraph_rather_than_inside() -> None:
    text = "\n".join([prose(5, 18), prose(6, 18)])
    assert [passage.text for passage in cut(text)] == text.split("\n")


def test_passages_heading_opens_a_passage() -> None:
    text = (
        f"The title\n\n{prose(2)}\n\nThe second part\n\n{prose(2)}\n\nIs it the last?\n{prose(1)}"
    )
    assert [passage.sentences[0].text for passage in cut(text)] == [
        "The title",
        "The second part",
        "Is it the last?",
    ]


def test_passages_question_before_a_heading_stays_with_what_it_closes() -> None:
    text = f"{prose(2)}\nNot bad, is it?\nThe second part\n{prose(2)}\nThe end"
    first, second = cut(text)
    assert first.text.endswith("is it?")
    assert second.text.startswith("The second part")
    assert second.text.endswith("The end")


def test_passages_entries_without_punctuation_are_no_headings() -> None:
    text = f"{prose(1)}\nDigital Europe\nHorizon Europe\nInvestEU\n{prose(1)}"
    assert len(cut(text)) == 1


def test_passages_do_not_span_boilerplate() -> None:
    text = f"{prose(1)}\nYouTube video\n{prose(1)}"
    start = text.index("YouTube")
    found = cut(text, [Span(start, start + len("YouTube video"))])
    assert [passage.text for passage in found] == [prose(1), prose(1)]


@pytest.mark.parametrize("mark", ["; ", ", ", " ", ""])
def test_passages_endless_sentence_is_cut(mark: str) -> None:
    text = mark.join(["enumeration"] * 700)
    found = cut(text)
    assert max(count_tokens([passage.text for passage in found])) <= 480
    assert _solid("".join(passage.text for passage in found)) == _solid(text)
    if mark == "; ":
        assert all(passage.text.endswith(";") for passage in found[:-1])


def test_passages_sentence_of_three_hundred_tokens_stays_whole() -> None:
    text = "The " + "word " * 300 + "ends."
    (passage,) = cut(text)
    assert passage.text == text


def test_passages_carry_the_document() -> None:
    (passage,) = cut("A sentence.")
    assert (passage.document, passage.title, passage.language) == ("a.txt", "A title", "en")


def test_passages_empty_text_gives_none() -> None:
    assert cut(" \n ") == []


def _solid(text: str) -> str:
    return "".join(text.split())


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "M. ",
            "« ",
            " »",
            "“",
            "”",
            ". ",
            "… ",
            "\n",
            "\n\n",
            "U.S. ",
            "1. ",
            "(a) ",
            "Un mot ",
            "a word",
            "\u00a0!",
            "?",
            "etc. ",
            "J. R. ",
            "e\u0301",
            "🔥",
            "\u2028",
            "\x0b",
            "\x85",
            "\u200b",
            "<s>",
            "|",
            "# ",
            "Heading\n",
            "word " * 120,
            "https://x.eu/a.b?c=d ",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["fr", "en"])


@st.composite
def texts_with_ranges(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(TEXTS)
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return text, [Span(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False)]


@settings(deadline=None)
@given(texts_with_ranges(), LANGUAGES)
def test_sentence_spans_any_text_cover_it_once(
    case: tuple[str, list[Span]], language: Language
) -> None:
    text, skip = case
    kept = list(text)
    for span in skip:
        kept[span.start : span.end] = " " * (span.end - span.start)
    spans = segment.sentence_spans(text, language, skip)
    at = 0
    for span in spans:
        assert at <= span.start < span.end
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert not "".join(kept[at : span.start]).strip()
        assert "".join(kept[span.start : span.end]) == text[span.start : span.end] or all(
            text[i].isspace() for i in range(span.start, span.end) if kept[i] != text[i]
        )
        at = span.end
    assert not "".join(kept[at:]).strip()


@settings(deadline=None)
@given(texts_with_ranges(), LANGUAGES)
def test_passages_any_text_hold_all_sentences_in_order(
    case: tuple[str, list[Span]], language: Language
) -> None:
    article = document(case[0], language, case[1])
    found = segment.passages(article, count_tokens)
    held = [sentence for passage in found for sentence in passage.sentences]
    assert _solid("".join(s.text for s in held)) == _solid(
        "".join(s.text for s in segment.sentences(article))
    )
    if all(size <= 400 for size in count_tokens([s.text for s in segment.sentences(article)])):
        assert tuple(held) == segment.sentences(article)
    for passage in found:
        assert article.text[passage.start : passage.end] == passage.text
        assert (passage.start, passage.end) == (
            passage.sentences[0].start,
            passage.sentences[-1].end,
        )
        for sentence in passage.sentences:
            assert article.text[sentence.start : sentence.end] == sentence.text
        assert count_tokens([passage.text])[0] <= 480
        for span in case[1]:
            inside = article.text[max(span.start, passage.start) : min(span.end, passage.end)]
            assert not inside.strip()
