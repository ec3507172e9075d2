from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Language, Passage, Sentence
from euaiqa.encoder import Vectors
from euaiqa.index.dense import Entries
from euaiqa.index.neutral import MAX_TITLES, PARALLEL_TEXTS, QUESTION_WORDS, Neutral, questions
from euaiqa.index.passages import Table

D = 4
vectors = st.lists(st.floats(-1, 1, width=32), min_size=D, max_size=D).map(
    lambda values: np.array(values, dtype=np.float32)
)
languages = st.sampled_from(["fr", "en"])


class ShiftingEncoder:
    """Every text is one vector of content; French ones lie off by `shift`, questions by `ask`."""

    name = fingerprint = "shifting"
    dimensions = D

    def __init__(self, shift: Vectors, ask: Vectors) -> None:
        self.shift, self.ask = shift, ask
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.stack([self.ask + np.float32(len(t) % 3 - 1) * self.shift for t in texts])

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        assert list(texts) == PARALLEL_TEXTS  # French and English by turns
        content = np.linspace(0, 1, len(texts) // 2 * D, dtype=np.float32).reshape(-1, D)
        return np.stack([content + self.shift, content], axis=1).reshape(-1, D)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 for _ in texts]


def passage(language: Language, sentences: int) -> Passage:
    one = Sentence("a", 0, 1, "x")
    return Passage("a", "t", None, language, 0, 1, "x", (one,) * sentences)


@given(vectors, vectors, vectors, languages)
def test_texts_copy_in_the_other_language_scores_the_same(
    content: Vectors, shift: Vectors, query: Vectors, of: Language
) -> None:
    neutral = Neutral.of_corpus(["Orion"], ShiftingEncoder(shift, np.ones(D, dtype=np.float32)))
    french, english = content + shift - neutral.offset["fr"], content - neutral.offset["en"]
    asked = neutral.query(query, of)
    assert np.allclose(french @ asked, english @ asked, atol=1e-5)
    assert np.allclose(french, content + shift / 2, atol=1e-5)


@given(vectors, vectors, vectors, vectors, languages)
def test_entries_copies_in_both_languages_are_the_same(
    whole: Vectors, first: Vectors, second: Vectors, shift: Vectors, of: Language
) -> None:
    half = shift / 2
    zero = np.zeros(D, dtype=np.float32)
    neutral = Neutral({"fr": half, "en": -half}, {"fr": zero, "en": zero})
    table = Table.of(enumerate([passage("fr", 2), passage("en", 2)]))
    rows = Entries(
        table,
        np.stack([whole + half, whole - half]),
        np.stack([first + half, second + half, first - half, second - half]),
        neutral,
    )
    assert rows.shape == (4, D)
    assert np.array_equal(rows[1:3], rows[:][1:3]) and np.array_equal(rows[::2], rows[:][::2])
    rows = rows[:]
    assert rows.dtype == np.float32 and rows.flags["C_CONTIGUOUS"]
    assert np.allclose(rows[:2], rows[2:], atol=1e-5)
    assert np.allclose(rows[:2], [whole + first, whole + second], atol=1e-5)


@given(vectors, vectors, vectors, languages)
def test_query_has_length_one(vector: Vectors, fr: Vectors, en: Vectors, of: Language) -> None:
    asking: dict[Language, Vectors] = {"fr": fr, "en": en}
    asked = Neutral(asking, asking).query(vector, of)
    rest = vector - asking[of]
    if np.linalg.norm(rest) > 1e-3:
        assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
        assert float(asked @ rest) > 0
    assert np.isfinite(asked).all()


@given(vectors, languages)
def test_query_with_nothing_left_is_zero(vector: Vectors, of: Language) -> None:
    neutral = Neutral({"fr": vector, "en": vector}, {"fr": vector, "en": vector})
    assert not neutral.query(vector, of).any()


def test_query_is_centred_on_questions_of_its_own_language() -> None:
    fr, en = np.eye(2, D, dtype=np.float32)
    neutral = Neutral({"fr": fr, "en": en}, {"fr": fr, "en": en})
    vector = np.array([1, 1, 0, 0], dtype=np.float32)
    assert np.allclose(neutral.query(vector, "fr"), en)
    assert np.allclose(neutral.query(vector, "en"), fr)


@pytest.mark.parametrize("titles", [1, MAX_TITLES, MAX_TITLES + 1, 10 * MAX_TITLES + 3])
def test_of_corpus_asks_about_some_titles_in_both_languages(titles: int) -> None:
    shift, ask = np.full(D, 0.25, dtype=np.float32), np.ones(D, dtype=np.float32)
    encoder = ShiftingEncoder(shift, ask)
    names = [f"Article {i}" for i in range(titles)]
    Neutral.of_corpus(names, encoder)
    for words in QUESTION_WORDS.values():
        asked = [q for q in encoder.asked if any(q == f"{words[0]} {name}?" for name in names)]
        assert len(set(asked)) == len(asked) == min(titles, MAX_TITLES)
    per_title = sum(map(len, QUESTION_WORDS.values()))
    assert len(encoder.asked) == per_title * min(titles, MAX_TITLES)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=60), st.text(min_size=1))
def test_questions_one_more_title_changes_at_most_one_of_those_asked(
    titles: list[str], more: str
) -> None:
    before, after = questions(titles)["fr"], questions([more, *titles])["fr"]
    assert len(set(before) - set(after)) <= len(QUESTION_WORDS["fr"])
    assert set(after) == set(questions(reversed([more, *titles]))["fr"])
