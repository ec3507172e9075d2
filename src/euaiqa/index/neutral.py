"""Vectors that do not care which language a text is in, nor what all questions share.

An encoder places texts of one language near each other, so that in a folder of French and
English articles a question finds passages of its own language, whatever they say. And what
all questions have in common (that they ask, and about this corpus) pulls some passages up for
any question. Two vectors a language take that away by subtraction: how far the language lies
off the middle of the two, and the mean of generic questions about the corpus.

Source: removing a language's mean, https://arxiv.org/abs/2004.05160 (Libovický et al.);
passages near to every query, https://jmlr.org/papers/v11/radovanovic10a.html (hubness).
What it is worth here: docs/adr/0008-language-neutral-vectors.md
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from euaiqa.datamodels import Language
from euaiqa.encoder import Encoder, Vectors
from euaiqa.index import arrays
from euaiqa.index.passages import LANGUAGES

MAX_TITLES = 24  # that questions are made of; more change the mean by less than they cost

# The same texts in both languages. What they say does not matter, only that it is the same:
# ten to eighty pairs of the AI Act gave the same ranking.
PARALLEL: tuple[tuple[str, str], ...] = (
    (
        "La Commission européenne a présenté mardi un plan pour soutenir la recherche.",
        "On Tuesday the European Commission presented a plan to support research.",
    ),
    (
        "Les entreprises devront déclarer chaque année la quantité d'énergie qu'elles utilisent.",
        "Companies will have to declare each year how much energy they use.",
    ),
    (
        "Le projet coûtera plusieurs milliards d'euros et sera financé par des banques publiques.",
        "The project will cost several billion euros and will be financed by public banks.",
    ),
    (
        "Les États membres ont jusqu'au printemps pour désigner une autorité de contrôle.",
        "Member States have until spring to designate a supervisory authority.",
    ),
    (
        "Selon le ministère, la construction du site doit commencer l'année prochaine.",
        "According to the ministry, construction of the site is due to begin next year.",
    ),
    (
        "« Nous voulons que nos chercheurs disposent des meilleurs outils », a-t-elle déclaré.",
        '"We want our researchers to have the best tools," she said.',
    ),
    (
        "Un système à haut risque doit être évalué avant d'être mis sur le marché.",
        "A high-risk system must be assessed before it is placed on the market.",
    ),
    (
        "Près de la moitié des petites entreprises disent manquer de personnel qualifié.",
        "Nearly half of small businesses say that they lack qualified staff.",
    ),
    (
        "Le texte interdit certaines pratiques et prévoit des amendes.",
        "The text prohibits certain practices and provides for fines.",
    ),
    (
        "Les universités auront un accès gratuit aux ordinateurs les plus puissants.",
        "Universities will have free access to the most powerful computers.",
    ),
    (
        "Les critiques reprochent au programme d'être trop lent et trop compliqué.",
        "Critics say that the programme is too slow and too complicated.",
    ),
    (
        "Le centre de données sera alimenté par l'éolien et refroidi par l'eau du fleuve.",
        "The data centre will be powered by wind and cooled by water from the river.",
    ),
    (
        "Qui peut présenter une demande, et auprès de qui ?",
        "Who can submit an application, and to whom?",
    ),
    (
        "L'accord a été signé à Bruxelles par les ministres de vingt-sept pays.",
        "The agreement was signed in Brussels by the ministers of twenty-seven countries.",
    ),
    (
        "Les données des patients ne quitteront pas l'hôpital.",
        "Patients' data will not leave the hospital.",
    ),
    (
        "Le Parlement votera le budget en séance plénière à l'automne.",
        "Parliament will vote on the budget in plenary session in the autumn.",
    ),
)
PARALLEL_TEXTS = [text for pair in PARALLEL for text in pair]
QUESTION_WORDS: Mapping[Language, tuple[str, ...]] = {
    "fr": ("Qui", "Quand", "Combien", "Pourquoi", "Que", "Quel", "Où"),
    "en": ("Who", "When", "How much", "Why", "What", "How many", "Where"),
}


def questions(titles: Iterable[str]) -> dict[Language, list[str]]:
    """Generic questions about a corpus, by language.

    They are made of a few titles, chosen by a hash: one more article changes one of them at most,
    and seldom that.
    """
    few = heapq.nsmallest(MAX_TITLES, set(titles), key=_hash)
    return {
        language: [f"{word} {title}?" for title in few for word in words]
        for language, words in QUESTION_WORDS.items()
    }


def _hash(title: str) -> bytes:
    return hashlib.sha256(title.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Neutral:
    """What is subtracted, by language: `offset` from passages and sentences, `asking` from queries.

    Each is float32 (d,).
    """

    offset: Mapping[Language, Vectors]
    asking: Mapping[Language, Vectors]

    @classmethod
    def of_corpus(cls, titles: Sequence[str], encoder: Encoder) -> Neutral:
        """Measure both with the encoder; `titles` are of the articles, at least one."""
        asked = questions(titles)
        return cls.of_vectors(
            encoder.encode_passages(PARALLEL_TEXTS),
            {language: encoder.encode_queries(texts) for language, texts in asked.items()},
        )

    @classmethod
    def of_vectors(cls, parallel: Vectors, asked: Mapping[Language, Vectors]) -> Neutral:
        """From what the encoder made of `PARALLEL_TEXTS` and of `questions`."""
        pairs = parallel.reshape(len(PARALLEL), 2, -1)
        half = (pairs[:, 0].mean(axis=0) - pairs[:, 1].mean(axis=0)) / 2
        return cls(
            {"fr": half, "en": -half},
            {language: vectors.mean(axis=0) for language, vectors in asked.items()},
        )

    def save(self, path: Path) -> None:
        """Write the four vectors as rows: offset and asking of each language."""
        rows = [part[language] for part in (self.offset, self.asking) for language in LANGUAGES]
        arrays.save(path, np.stack(rows))

    @classmethod
    def of_rows(cls, rows: Vectors) -> Neutral:
        """What `save` wrote, float32 (4, d).

        Raises:
            ValueError: these are other rows.
        """
        offset, asking = np.split(rows, 2)
        return cls(
            dict(zip(LANGUAGES, offset, strict=True)), dict(zip(LANGUAGES, asking, strict=True))
        )

    def query(self, vector: Vectors, language: Language) -> Vectors:
        """A question (d,) without what all questions share; of length 1 unless nothing is left."""
        rest = vector - self.asking[language]
        return rest / max(float(np.linalg.norm(rest)), 1e-6)
