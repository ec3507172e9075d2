"""What an index tells of its articles without reading them: words, counts, reprints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from euaiqa import index
from euaiqa.app.folding import Folding, folded, needles
from euaiqa.datamodels import Corpus, Document, Language
from euaiqa.index import Index
from euaiqa.pipeline import Pipeline
from fakes import HashEncoder, ScriptedGenerator

TEXTS: dict[str, tuple[Language, str]] = {
    "data": ("fr", "Les données personnelles sont protégées. L’œuvre est appliquée, application."),
    "report": ("en", "The organizations reported 100 000 policies. Sanctions of 12.345.678 euros."),
    "short": ("fr", "L’IA et les géants, régulièrement, mettant 5 G à jour. Łukasz et Strauß."),
    "other": ("en", "AI aims high. Factories of 1000 workers in 2024, and 45 in 2023."),
    "title": ("fr", "Rien de cela n’est dit."),
}
TITLES = {"title": "Un règlement publié"}

Open = Callable[..., Index]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Index:
    documents = tuple(
        Document(id_, TITLES.get(id_, f"Titre {id_}"), None, language, text, id_)
        for id_, (language, text) in TEXTS.items()
    )
    folder = tmp_path_factory.mktemp("index")
    index.build(Corpus(documents), HashEncoder(), folder)
    return index.load(folder, HashEncoder())


def held(loaded: Index, typed: str) -> set[str]:
    [needle] = needles(typed)
    mask = loaded.holding(needle.strip(), whole=needle.endswith(" "))
    assert mask.dtype == np.bool_ and len(mask) == len(loaded.heads)
    return {head.id for head, there in zip(loaded.heads, mask, strict=True) if there}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("données", "data"), ("donnee", "data"), ("oeuvres", ""), ("oeuvre", "data"),
        ("applica", "data"), ("application", "data"), ("organiz", "report"), ("policy", ""),
        ("polici", "report"), ("regulierement", "short"), ("mettan", "short"), ("IA", "short"),
        ("AI", "other"), ("aim", ""), ("aims", "other"), ("100", "report"), ("000", "report"),
        ("345", "report"), ("12", "report"), ("45", "other"), ("5", "short"), ("2024", "other"),
        ("luka", "short"), ("strauss", "short"), ("reglement", "title"), ("factor", "other"),
        ("xylophone", ""),
    ],
)  # fmt: skip
def test_holding_names_the_articles_with_a_word(loaded: Index, typed: str, found: str) -> None:
    """And maybe others, but not all: `found` is what does hold it."""
    [needle] = needles(typed)
    texts = {d.id: folded(f"{d.title} {d.text}", Folding()) for d in loaded.documents.values()}
    assert {id_ for id_, text in texts.items() if needle in text} == set(found.split())
    assert set(found.split()) <= held(loaded, typed)
    assert len(held(loaded, typed)) <= 2


def test_holding_misses_no_word_of_real_sentences(loaded: Index) -> None:
    for document in loaded.documents.values():
        for word in folded(document.text, Folding()).split():
            assert document.id in held(loaded, word), word


def test_holding_without_any_word_of_a_language(tmp_path: Path) -> None:
    index.build(
        Corpus((Document("a", "t", None, "en", "One word.", "a"),)), HashEncoder(), tmp_path
    )
    assert index.load(tmp_path, HashEncoder()).holding("word", whole=False).tolist() == [True]


def test_counts_agree_with_the_sentences(loaded: Index) -> None:
    for id_ in TEXTS:
        assert loaded.count(id_) == len(loaded.sentences[id_]) > 0
    spoken = (p.end - p.start for p in loaded.passages)
    assert loaded.characters == sum(spoken) > 200
    with pytest.raises(KeyError):
        loaded.count("nowhere")


def test_twins_are_the_others_of_a_witness(loaded: Index) -> None:
    known = loaded.but(witnesses={"data": "data", "short": "data", "other": "data"})
    assert [head.id for head in known.twins("short")] == ["data", "other"]
    assert [head.id for head in known.twins("data")] == ["short", "other"]
    assert known.twins("report") == loaded.twins("short") == []
    left_out = loaded.but(witnesses={"short": "data"})  # the group's own name goes without saying
    assert [head.id for head in left_out.twins("data")] == ["short"]
    assert [head.id for head in left_out.twins("short")] == ["data"]


def test_pipeline_tells_what_its_index_does(loaded: Index) -> None:
    known = loaded.but(witnesses={"data": "data", "short": "data"})
    pipeline = Pipeline(known, HashEncoder(), ScriptedGenerator())
    assert pipeline.heads == known.heads
    assert pipeline.count("report") == known.count("report")
    assert pipeline.characters == known.characters
    assert [head.id for head in pipeline.twins("short")] == ["data"]
    assert pipeline.holding("ia", whole=True).tolist() == known.holding("ia", whole=True).tolist()
