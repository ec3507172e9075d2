"""What all tests share: articles, an index over them, and no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from euaiqa import index
from euaiqa.documents import read_corpus
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline
from fakes import HashEncoder, ScriptedGenerator

# It is imported before it is loaded as a plugin.
pytest.register_assert_rewrite("browser")

ROOT = Path(__file__).resolve().parent.parent

ARTICLES = {
    "plan.txt": """Le plan Orion pour les centres de calcul

La Commission a annoncé le plan Orion le 3 mars 2025. \
Le plan Orion mobilise 30 milliards d'euros pour les centres de calcul.

Chaque centre recevra 50 000 processeurs. La région de Lille accueillera le premier centre.
""",
    "report.md": """# Auditors look at the Vega programme

The auditors published their report on April 8, 2024. \
The Vega programme cost 2.5 billion euros over four years.

Its director, Anna Lindqvist, said the money was spent well.
""",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> None:
    """Only loopback: the fast tests must not depend on anything outside."""
    if not {"model", "browser"} & {mark.name for mark in request.node.iter_markers()}:
        from pytest_socket import socket_allow_hosts

        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def built(seeds: Path, tmp_path: Path, encoder: HashEncoder) -> Path:
    folder = tmp_path / "index"
    index.build(read_corpus(seeds, detect), encoder, folder)
    return folder


@pytest.fixture
def pipeline(built: Path, encoder: HashEncoder) -> Callable[..., Pipeline]:
    def make(generator: ScriptedGenerator, **options: float) -> Pipeline:
        return Pipeline(index.load(built, encoder), encoder, generator, **options)

    return make


@pytest.fixture
def over(tmp_path: Path, encoder: HashEncoder) -> Callable[..., Pipeline]:
    """A pipeline over other articles than those that all tests share."""

    def make(articles: dict[str, str], generator: ScriptedGenerator, **options: float) -> Pipeline:
        seeds, folder = tmp_path / "others", tmp_path / "others_index"
        seeds.mkdir()
        for name, text in articles.items():
            (seeds / name).write_text(text, encoding="utf-8")
        index.build(read_corpus(seeds, detect), encoder, folder)
        return Pipeline(index.load(folder, encoder), encoder, generator, **options)

    return make
