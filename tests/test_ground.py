from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from euaiqa.datamodels import Document, Language, Passage
from euaiqa.documents import read_corpus
from euaiqa.ground import Grounding, Ledger, clean, ground, with_markers
from euaiqa.language import detect
from euaiqa.segment import passages
from fakes import HashEncoder, passage_of


@pytest.fixture
def read(seeds: Path, encoder: HashEncoder) -> list[Passage]:
    corpus = read_corpus(seeds, detect)
    return [p for d in corpus.documents for p in passages(d, encoder.count_tokens)]


def texts(seeds: Path) -> dict[str, str]:
    return {d.id: d.text for d in read_corpus(seeds, detect).documents}


def test_prove_supported_sentence_quotes_its_source(
    seeds: Path, read: list[Passage], encoder: HashEncoder
) -> None:
    sentences, citations = ground(
        "Le plan Orion mobilise 30 milliards d'euros. Chaque centre recevra 50 000 processeurs.",
        read,
        encoder,
        "fr",
    )
    assert [s.citations for s in sentences] == [(1,), (2,)]
    assert "30 milliards" in citations[0].quote
    assert "50 000" in citations[1].quote
    for citation in citations:
        assert texts(seeds)[citation.document][citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "invented",
    [
        "Le plan Orion mobilise 31 milliards d'euros pour les centres de calcul.",
        "Le plan Orion mobilise 30 millions d'euros pour les centres de calcul.",
        "Le plan Orion mobilise 30 milliards de dollars pour les centres de calcul.",
        "La Commission a annoncé le plan Orion le 3 mars 2026.",
        "Le plan Orion mobilise 30 milliards d'euros, soit 12 % du total.",
    ],
)
def test_prove_invented_figure_is_dropped(
    read: list[Passage], encoder: HashEncoder, invented: str
) -> None:
    assert ground(invented, read, encoder, "fr") == ((), ())


TOLD = "Sur ces 200 milliards, 20 milliards iront aux usines de calcul."


@pytest.mark.parametrize(
    ("title", "before", "cited"),
    [
        ("Titre", "Le plan Orion mobilise 200 milliards d'euros.", 2),
        ("Un plan de 200 milliards d'euros", "Le plan Orion mobilise 200 milliards d'euros.", 2),
        ("Un plan de 200 milliards de dollars", "Le plan Orion mobilise 200 milliards d'euros.", 0),
        ("Titre", "Le plan mobilise 200 milliards d'euros, soit 210 milliards de dollars.", 0),
        ("Titre", "Le plan Orion est un plan.", 0),
        ("Un plan de 200 milliards d'euros", "Le plan Orion est un plan.", 0),
    ],
)
def test_prove_currency_that_the_sentence_leaves_open_is_cited_too_or_not_said(
    encoder: HashEncoder, title: str, before: str, cited: int
) -> None:
    text = "20 milliards d'euros iront aux usines de calcul sur ces 200 milliards d'euros."
    proven = Grounding([passage_of(before, TOLD, title=title)], encoder, "fr").prove(text)
    assert proven
    if cited:
        assert (proven.text, len(proven.citations)) == (text, cited)
    else:
        assert proven.support == "extractive" and "euros" not in proven.text.replace(before, "")


def test_prove_facts_of_two_sentences_cites_both(read: list[Passage], encoder: HashEncoder) -> None:
    text = "Le plan Orion mobilise 30 milliards d'euros et 50 000 processeurs par centre de calcul."
    (sentence,), citations = ground(text, read, encoder, "fr")
    assert sentence.citations == (1, 2)
    assert {"30 milliards" in c.quote for c in citations} == {True, False}


def test_prove_unrelated_sentence_is_dropped(read: list[Passage], encoder: HashEncoder) -> None:
    assert ground("Bananas ripen quickly in warm kitchens.", read, encoder, "en") == ((), ())


def test_prove_new_name_in_the_source_is_evidence(
    read: list[Passage], encoder: HashEncoder
) -> None:
    """A short answer is far from a long source, but the name it tells is there."""
    question = "Which city hosts the first centre?"
    (sentence,), (citation,) = ground(
        "The premier centre is in Lille.", read, encoder, "en", question
    )
    assert "Lille" in citation.quote and sentence.citations == (1,)
    assert ground("The premier centre is in Lisbon.", read, encoder, "en", question) == ((), ())
    # one true name does not carry a sentence about something else
    stray = "Giant ships unload exotic fruit every single morning in Lille."
    assert ground(stray, read, encoder, "en", question) == ((), ())
    # what the question itself says proves nothing
    assert ground("The premier centre is Lille.", read, encoder, "en", "Lille?") == ((), ())


@pytest.mark.parametrize(
    ("language", "stray"),
    [
        ("fr", "Chaque centre recevra 50 000 processeurs de Nvidia."),
        ("fr", "Lindqvist : chaque centre recevra 50 000 processeurs, dit Anna Lindqvist."),
        ("en", "Anna Lindqvist : chaque centre recevra 50,000 processeurs, says Anna Lindqvist."),
    ],
)
def test_prove_name_from_elsewhere_is_dropped(
    read: list[Passage], encoder: HashEncoder, language: Language, stray: str
) -> None:
    assert ground(stray, read, encoder, language) == ((), ())


def test_prove_name_from_just_before_is_kept(read: list[Passage], encoder: HashEncoder) -> None:
    text = "Avec le plan Orion, chaque centre recevra 50 000 processeurs."
    (sentence,), _ = ground(text, read, encoder, "fr")
    assert sentence.support == "supported"


def test_prove_copied_heading_is_dropped(read: list[Passage], encoder: HashEncoder) -> None:
    assert ground("Le plan Orion pour les centres de calcul", read, encoder, "fr") == ((), ())


def test_prove_same_quote_keeps_its_marker(read: list[Passage], encoder: HashEncoder) -> None:
    grounding = Grounding(read, encoder, "fr")
    first = grounding.prove("Chaque centre recevra 50 000 processeurs.")
    again = grounding.prove("Ainsi chaque centre recevra 50 000 processeurs.")
    assert first and again
    assert first.citations == again.citations == (1,)
    assert len(grounding.citations) == 1


def test_clean_markers_of_the_model_are_removed() -> None:
    assert clean("- Le plan **Orion** [1] coûte [2, 3] cher 【4】.") == "Le plan Orion coûte cher."
    assert clean("Article 5(1) applies.") == "Article 5(1) applies."
    assert clean("1. First point") == "First point"
    assert clean("The 2.5 billion [sic] plan") == "The 2.5 billion [sic] plan"


def test_with_markers_places_every_marker(read: list[Passage], encoder: HashEncoder) -> None:
    sentences, _ = ground("Chaque centre recevra 50 000 processeurs.", read, encoder, "fr")
    assert with_markers(sentences) == "Chaque centre recevra 50 000 processeurs. [1]"


def test_quote_gives_a_source_sentence_as_extractive(
    read: list[Passage], encoder: HashEncoder
) -> None:
    question = "Combien de processeurs chaque centre recevra-t-il ?"
    grounding = Grounding(read, encoder, "fr", question)
    sentence = grounding.quote()
    assert sentence and sentence.support == "extractive"
    assert grounding.citations[0].quote in sentence.text


def test_quote_is_the_sentence_that_likely_answers(encoder: HashEncoder) -> None:
    passage = passage_of(
        "Le centre de Varel ouvrira en mars.", "Il coûtera 3 millions.", "Le centre de Varel ferme."
    )
    asked = "Combien coûtera le centre de Varel ?"
    grounding = Grounding(
        [passage],
        encoder,
        "fr",
        asked,
        answering=lambda: np.array([-7.0, 7.0, -7.0], dtype=np.float32),
    )
    sentence = grounding.quote("Le centre de Varel ouvrira en mars.")
    assert sentence and "3 millions" in sentence.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(draft=st.text(max_size=300))
def test_ground_any_draft_cites_only_exact_quotes(
    draft: str, seeds: Path, read: list[Passage], encoder: HashEncoder
) -> None:
    sentences, citations = ground(draft, read, encoder, "fr")
    markers = {c.marker for c in citations}
    for sentence in sentences:
        assert sentence.citations and set(sentence.citations) <= markers
    for citation in citations:
        assert texts(seeds)[citation.document][citation.start : citation.end] == citation.quote


def test_prove_figure_of_its_neighbour_becomes_a_quote(tmp_path: Path) -> None:
    """The source holds both figures, but says something else of the one in the draft."""
    text = "Sur ces 200 milliards, 20 milliards seront consacrés à la création des usines."
    encoder = HashEncoder()
    document = Document("a.txt", "Titre", None, "fr", text, "0")
    read = list(passages(document, encoder.count_tokens))
    wrong = "200 milliards seront consacrés à la création des usines."
    (quoted,), (citation,) = ground(wrong, read, encoder, "fr")
    assert quoted.support == "extractive" and citation.quote == text
    (right,), _ = ground(wrong.replace("200", "20"), read, encoder, "fr")
    assert right.support == "supported"
    both = "20 milliards des 200 milliards seront consacrés à la création des usines."
    (told,), _ = ground(both, read, encoder, "fr")
    assert told.support == "supported"


def test_quote_is_no_heading_and_no_question(encoder: HashEncoder) -> None:
    passage = passage_of(
        "## Les processeurs de chaque centre", "Combien de processeurs ?", "Cela en fait 50 000."
    )
    grounding = Grounding([passage], encoder, "fr", "Combien de processeurs chaque centre ?")
    sentence = grounding.quote()
    assert sentence and grounding.citations[0].quote == "Cela en fait 50 000."
    only = Grounding([passage_of("## Les processeurs")], encoder, "fr", "Les processeurs ?")
    assert only.quote() is None and not only.citations


def test_quote_for_a_draft_is_the_sentence_with_its_figure(encoder: HashEncoder) -> None:
    passage = passage_of("Le site de Douai coûte 3 millions.", "La région en paie 2 millions.")
    grounding = Grounding([passage], encoder, "fr", "Combien paie Douai ?")
    assert grounding.quote("2 millions.")
    assert grounding.citations[0].quote == "La région en paie 2 millions."


def test_prove_quoted_gives_a_quote_only_where_it_is_supported(
    read: list[Passage], encoder: HashEncoder
) -> None:
    grounding = Grounding(read, encoder, "fr", "Combien de processeurs ?")
    assert grounding.prove("Chaque centre recevra 60 000 processeurs.", quoted=True) is None
    assert not grounding.citations
    sentence = grounding.prove("Chaque centre recevra 50 000 processeurs.", quoted=True)
    assert sentence and sentence.support == "extractive"


def test_ledger_forgets_the_citations_of_a_sentence_that_is_not_told() -> None:
    passage = passage_of("Un.", "Deux.", "Trois.")
    ledger = Ledger()
    first, *others = passage.sentences
    assert ledger.cite(first, passage) == 1
    for sentence in (first, *others):
        ledger.cite(sentence, passage)
    ledger.forget(1)
    assert [c.quote for c in ledger.citations] == ["Un."]
    assert ledger.cite(others[1], passage) == 2
