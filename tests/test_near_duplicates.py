"""Reprints are found, whatever an outlet does to them, and nothing else is."""

from __future__ import annotations

import itertools
import random
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euaiqa.index import sketch, witnesses
from euaiqa.index.near_duplicates import SIZE
from euaiqa.index.reprints import same_witness
from euaiqa.index.shingles import Text

ROOT = Path(__file__).resolve().parent
DISPATCH = """Douai accueillera une usine de calcul

La région des Hauts-de-France a retenu mardi le site de Douai pour y bâtir une usine de calcul \
destinée à l'intelligence artificielle, a annoncé son président lors d'une conférence de presse.

Le chantier coûtera 2,3 milliards d'euros, dont 400 millions d'argent public, et doit ouvrir le \
3 mars 2027 selon le calendrier présenté aux élus. « Nous avons choisi la sobriété », a dit \
Anna Lindqvist, qui dirige le consortium Nubaria.

L'usine emploiera environ 180 personnes et consommera autant d'électricité qu'une ville moyenne, \
un point qui inquiète les associations de riverains. Elles demandent une étude indépendante \
avant le premier coup de pioche et une réunion publique à l'automne.

Le préfet a répondu que la concertation se tiendrait dans les délais prévus par la loi, et que \
le raccordement au réseau avait déjà été validé par le gestionnaire.
"""
PARAGRAPHS = DISPATCH.strip().split("\n\n")
OWN = (
    "De notre côté, nous avons interrogé trois chercheurs de Lille. Tous disent leur prudence "
    "devant un projet dont les retombées, faute de recul, restent difficiles à mesurer."
)


def grouped(*texts: str) -> dict[str, str]:
    named = {f"{n}.txt": text for n, text in enumerate(texts)}
    return over(named)


def over(texts: Mapping[str, str]) -> dict[str, str]:
    sketches = np.stack([sketch(text) for text in texts.values()])
    return witnesses(list(texts), sketches, texts.__getitem__)


TWINS = {"0.txt": "0.txt", "1.txt": "0.txt"}
REPRINTS = {
    "copied": DISPATCH,
    "other marks": DISPATCH.replace("'", "’").replace("« ", "“").replace(" »", "”"),
    "other white space": DISPATCH.replace("\n\n", "\r\n").replace(" ", "\u202f"),
    "accents beside their letters": DISPATCH.replace("é", "e\u0301"),
    "cut": "\n\n".join(PARAGRAPHS[:3]),
    "cut at the top": "\n\n".join(PARAGRAPHS[2:]),
    "another title": DISPATCH.replace(PARAGRAPHS[0], "Hauts-de-France : le calcul à Douai"),
    "a title with another figure of it": DISPATCH.replace(PARAGRAPHS[0], "Usine : 180 emplois"),
    "a name of it for another": DISPATCH.replace("site de Douai", "site des Hauts-de-France"),
    "a paragraph more": "\n\n".join([*PARAGRAPHS[:2], OWN, *PARAGRAPHS[2:]]),
    "a last paragraph more": DISPATCH + OWN,
    "dated": DISPATCH.replace("\n\n", "\n\nPublié le 4 mars 2026\n\n", 1),
    "words replaced": DISPATCH.replace("bâtir", "construire").replace("moyenne", "entière"),
    "a figure left out": DISPATCH.replace(", dont 400 millions d'argent public,", ""),
    "an amount in other words": DISPATCH.replace("2,3 milliards", "2 300 millions"),
    "a name left out": DISPATCH.replace("Anna Lindqvist, qui", "celle qui"),
}
OTHERS = {
    "a figure changed": DISPATCH.replace("2,3", "2,9"),
    "its scale changed": DISPATCH.replace("400 millions", "400 milliards"),
    "its unit changed": DISPATCH.replace("milliards d'euros", "milliards de dollars"),
    "a count changed": DISPATCH.replace("environ 180", "environ 240"),
    "a number in words changed": DISPATCH.replace("trois", "3").replace("180", "cent vingt"),
    "a day changed": DISPATCH.replace("3 mars", "9 mars"),
    "a month changed": DISPATCH.replace("3 mars", "3 mai"),
    "a year changed": DISPATCH.replace("2027", "2028"),
    "a weekday changed": DISPATCH.replace("mardi", "jeudi"),
    "a figure and words around it changed": DISPATCH.replace(
        "Le chantier coûtera 2,3 milliards d'euros, dont", "Bâtir revient à 2,9 milliards, dont"
    ),
    "cut and a figure changed": "\n\n".join(PARAGRAPHS[:3]).replace("400", "700"),
    "the name everywhere another": DISPATCH.replace("Douai", "Maubeuge"),
    "one name another": DISPATCH.replace("Nubaria", "Iberdata"),
    "another text": OWN * 3,
    "as many words of its own": "\n\n".join([*PARAGRAPHS[:3], OWN, OWN.replace("trois", "cinq")]),
    "one paragraph of it in a text of its own": PARAGRAPHS[2] + "\n\n" + " ".join(
        f"mot{n} autre{n}" for n in range(200)
    ),
    "nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("text", REPRINTS.values(), ids=REPRINTS.keys())
def test_reprint_is_one_witness(text: str) -> None:
    assert grouped(DISPATCH, text) == grouped(text, DISPATCH) == TWINS


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_other_text_is_a_witness_of_its_own(text: str) -> None:
    assert grouped(DISPATCH, text) == grouped(text, DISPATCH) == {}


def test_line_that_dates_a_text_is_each_outlets_own() -> None:
    def dated(line: str) -> str:
        return DISPATCH.replace("\n\n", f"\n\n{line}\n\n", 1)

    lines = [
        "Publié le 4 mars 2026", "Par Ann Roy, le 6 mars 2026 à 10 h", "Lille, 5 mars 2026",
        "07/03/2026",
    ]  # fmt: skip
    assert grouped(*map(dated, lines)) == {f"{n}.txt": "0.txt" for n in range(4)}
    # What says something is no such line, with or without a full stop.
    for said in "Le chantier ouvrira le {} mars 2026.", "a) le chantier ouvre le {} mars 2026":
        assert grouped(dated(said.format(4)), dated(said.format(5))) == {}


def test_figure_changed_in_what_a_text_repeats_is_seen() -> None:
    once = PARAGRAPHS[3]
    again = [*PARAGRAPHS[:3], once, once, once, PARAGRAPHS[4]]
    changed = [*again[:4], once.replace("180", "240"), *again[5:]]
    assert grouped("\n\n".join(again), "\n\n".join([*again, OWN])) == TWINS
    assert grouped("\n\n".join(again), "\n\n".join(changed)) == {}


def test_figure_that_each_corrects_otherwise_makes_two_groups() -> None:
    first, second = DISPATCH, DISPATCH.replace("2,3", "2,9")
    assert grouped(first, second, first + OWN, second + OWN) == {
        "0.txt": "0.txt", "1.txt": "1.txt", "2.txt": "0.txt", "3.txt": "1.txt",
    }  # fmt: skip


def test_chain_does_not_join_what_shares_nothing() -> None:
    """Both halves are in the whole, and neither in the other."""
    halves = "\n\n".join(PARAGRAPHS[:3]), "\n\n".join(PARAGRAPHS[3:])
    for named in itertools.permutations(zip("abc", [*halves, DISPATCH], strict=True)):
        assert over(dict(named)) == {"a": "a", "c": "a"}  # the longer of both
    assert not same_witness(*map(Text.of, halves))


def test_titles_of_two_numbers_are_two_texts() -> None:
    """What a law says twice it says in two articles; other titles may give what the text says."""
    body = "\n\n".join(PARAGRAPHS[1:])
    title = "Article {}\n\nEn outre, {} de la région\n\n"
    first = title.format(120, "les obligations imposées aux élus") + body
    second = title.format(136, "les devoirs incombant aux maires") + body
    assert grouped(first, second) == {}
    assert grouped(first, second.replace("136", "120")) == TWINS


def test_titles_may_give_other_figures_of_the_text() -> None:
    body = "\n\n".join(PARAGRAPHS[1:])
    titles = "Calcul : 400 millions de la région pour Douai", "À Douai, 180 emplois dès 2027"
    one, other = (f"{title}\n\n{body}" for title in titles)
    assert grouped(one, other) == TWINS
    assert grouped(one, other.replace("180 emplois", "190 emplois")) == TWINS  # only one is new
    assert grouped(one.replace("400", "700", 1), other.replace("180", "190", 1)) == {}


def test_last_lines_of_their_own_may_hold_figures() -> None:
    ends = ("Le journal en compte 17 autres ailleurs.", "À Lille on attend quand même 23 convois !")
    one, other = (f"{DISPATCH}\n\n{end}" for end in ends)
    assert grouped(one, other) == TWINS
    assert grouped(one, one.replace("17 autres", "au moins 19 autres et très")) == {}


def test_short_text_is_grouped_only_with_a_copy() -> None:
    short = "Communiqué n° 5. Le comité se réunira mardi à Lille pour approuver le budget annuel."
    assert grouped(short, short.replace("n° 5", "n° 6")) == {}
    assert grouped(short, short + " Il votera.") == {}
    assert grouped(short, short.replace("é", "É")) == TWINS
    assert grouped("Oui.", "Oui !") == TWINS
    assert grouped("", "…") == {}


def test_translation_is_a_witness_of_its_own() -> None:
    french = "Le règlement est entré en vigueur le 1er août 2024 dans toute l'Union. " * 8
    english = "The regulation entered into force on 1 August 2024 in the whole Union. " * 8
    assert grouped(french, english) == {}


def test_articles_of_a_law_share_formulas_and_are_no_reprints() -> None:
    formula = (
        "Without prejudice to paragraph {}, when adopting implementing acts pursuant to paragraph "
        "{} concerning Artificial Intelligence systems which are safety components within the "
        "meaning of Regulation (EU) 2024/1689 of the European Parliament and of the Council, the "
        "requirements set out in Chapter III, Section 2, of that Regulation shall be taken into "
        "account."
    )
    articles = [f"Article {n}\n\n{formula.format(n % 5 + 1, n % 3 + 1)}" for n in range(90, 110)]
    assert grouped(*articles) == {}
    several = "\n".join(map(formula.format, "1234", "5678"))
    assert grouped(articles[0], f"Article 120\n\n{several}") == {}
    # One text that repeats what the other says once: most words are there, few are shared.
    longer = "Article 120\n\n" + "\n".join([formula.format(1, 2)] * 6)
    assert grouped(articles[0], longer) == {}


def test_articles_for_testing_are_all_witnesses_of_their_own() -> None:
    files = [*(ROOT / "data").rglob("articles/*"), *(ROOT.parent / "seeds").iterdir()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert len(texts) > 15
    assert over(texts) == {}


WORDS = [f"{a}{b}{c}" for a in "bdfgl" for b in ("an", "er", "ou", "il") for c in "tsrne"]
prose = st.lists(st.sampled_from(WORDS), min_size=60, max_size=160)
figures = st.integers(10, 90_000)


def told(words: list[str], at: int, figure: int) -> str:
    cut = at % len(words)
    parts = [*words[:cut], f"coûte {figure} euros", *words[cut:]]
    return "\n\n".join(" ".join(parts[i : i + 30]) + "." for i in range(0, len(parts), 30))


@settings(max_examples=60, deadline=None)
@given(prose, st.integers(0, 500), figures, figures)
def test_any_text_is_its_own_twin_until_a_figure_is_changed(
    words: list[str], at: int, one: int, other: int
) -> None:
    text = told(words, at, one)
    assert grouped(text, text.upper().replace(" ", "  ")) == TWINS
    if one != other:
        assert grouped(text, told(words, at, other)) == {}


@settings(max_examples=30, deadline=None)
@given(st.lists(prose, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_of_ids_makes_no_difference(texts: list[list[str]], rng: random.Random) -> None:
    named = {f"{n}": told(words, n, 20) for n, words in enumerate(texts)}
    named |= {f"{n}b": text + "\n\n" + OWN for n, text in named.items() if rng.random() < 0.7}
    named |= {f"{n}c": text[: len(text) * 2 // 3] for n, text in list(named.items())}
    groups = over(named)
    ids = list(named)
    rng.shuffle(ids)
    assert over({id_: named[id_] for id_ in ids}) == groups
    for id_, first in groups.items():
        assert groups[first] == first <= id_
        assert sum(group == first for group in groups.values()) > 1


@given(st.text())
def test_sketch_is_small_and_sorted(text: str) -> None:
    made = sketch(text)
    assert made.dtype == np.uint64 and made.shape == (SIZE,)
    assert (np.sort(made) == made).all()
    assert (sketch(f" {text}\n") == made).all()


GOLDEN = "13001465160929374937 13155329540360960312 13595125131475272728"


def test_sketch_is_the_same_in_every_run() -> None:
    code = (
        "from euaiqa.index import sketch; print(*sketch('Un texte de dix mots, à peu près.')[:3])"
    )
    here = " ".join(map(str, sketch("Un texte de dix mots, à peu près.")[:3]))
    for seed in "12":
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT.parent / "src")},
        )  # fmt: skip
        assert done.stdout.strip() == here == GOLDEN


def test_part_of_a_text_shares_numbers_in_proportion() -> None:
    rng = random.Random(5)
    words = [str(rng.choice(WORDS)) + rng.choice("abcdefgh") for _ in range(900)]
    whole, part = sketch(" ".join(words)), sketch(" ".join(words[:300]))
    assert 12 <= len(np.intersect1d(whole, part)) <= 32  # a third of 64


def test_time_grows_with_the_number_of_articles_and_not_its_square() -> None:
    """Two heaps, one of near-identical texts and one of a template, and many others."""
    rng = random.Random(3)

    def prose_of(n: int) -> str:
        return " ".join(rng.choice(WORDS) + rng.choice("abcdefghij") for _ in range(n))

    texts = {f"o{n}": prose_of(80) for n in range(600)}
    texts |= {f"h{n}": f"{DISPATCH}\n\n{prose_of(12)}" for n in range(200)}
    template = f"{prose_of(60)} 180 {prose_of(60)} 180 {prose_of(60)}"
    texts |= {f"t{n}": re.sub("180", str(1000 + n), template) for n in range(200)}
    sketches = np.stack([sketch(text) for text in texts.values()])
    begun, asked = time.perf_counter(), 0

    def content_of(id_: str) -> str:
        nonlocal asked
        asked += 1
        return texts[id_]

    groups = witnesses(list(texts), sketches, content_of)
    assert groups == {id_: "h0" for id_ in texts if id_.startswith("h")}
    assert asked < 3 * len(texts)
    assert time.perf_counter() - begun < 20
