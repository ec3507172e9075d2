"""The source sentences that may prove an answer, and what is around each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from euaiqa.datamodels import Passage, Sentence
from euaiqa.facts import Facts, facts_of
from euaiqa.ground.wording import without_enumerator, words_of


@dataclass(frozen=True, slots=True)
class Source:
    """A candidate: a source sentence with its article's title, date and language."""

    sentence: Sentence
    passage: Passage
    facts: Facts
    words: frozenset[str]


def sources_of(passages: Sequence[Passage]) -> list[Source]:
    """The sentences of passages and those before each, in order, each once."""
    found: dict[tuple[str, int], Source] = {}
    for passage in passages:
        for sentence in (*passage.before, *passage.sentences):
            if (sentence.document, sentence.start) not in found:
                facts = facts_of(without_enumerator(sentence.text), passage.language)
                source = Source(sentence, passage, facts, words_of(sentence.text))
                found[sentence.document, sentence.start] = source
    return list(found.values())


def around(source: Source, sources: Sequence[Source]) -> str:
    """A source sentence with two before it and its article's title: what names may stand in."""
    sentences = (*source.passage.before, *source.passage.sentences)
    at = sentences.index(source.sentence)
    before = [s.text for s in sentences[max(0, at - 2) : at]]
    if not before:  # what comes before may be in another passage of the article
        of_article = [s for s in sources if s.sentence.document == source.passage.document]
        before = [s.sentence.text for s in of_article]
    return "\n".join((source.passage.title, *before, source.sentence.text))


def telling_currency(
    said: Facts, chosen: Sequence[int], sources: Sequence[Source], room: int
) -> list[int] | None:
    """Further sources that tell the currencies of what is said; None where that is in doubt.

    `Sur ces 200 milliards, 20 milliards …` is of euros only if the sentences around say so,
    the title does not say otherwise, and there is room for the citation.
    """
    untold = said.untold(sources[i].facts for i in chosen)
    if not untold:
        return []
    (currency, *others) = untold
    nearby = {unit for source in sources for unit in source.facts.currencies}
    for source in (sources[i] for i in chosen):
        nearby |= facts_of(source.passage.title, source.passage.language).currencies
    if others or nearby != {currency} or len(chosen) >= room:
        return None
    tell = (i for i, source in enumerate(sources) if source.facts.currencies)
    nearest = min(tell, key=lambda i: abs(i - chosen[0]), default=None)
    return None if nearest is None else [nearest]
