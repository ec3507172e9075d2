"""Calibrate the support test of `euaiqa eval` on sentences whose support is known.

    .venv/bin/python scripts/fit_support.py EVAL_DIR [--sample 100]

Takes the AI Act in two languages (EVAL_DIR/aiact: same file name = same text, so the n-th
sentence of a line is the translation of the n-th of the other) and PIAF (French questions
with the sentence that answers them); neither was written here, and no decision of
`euaiqa.ground` goes in. Prints, for each pair of languages (statement > quote), the highest floor
of nearness that still sees 95 % of the supported statements of one half of the articles (mean
over their kinds), and what the floor in use does on the other half.

Positives: a statement and the sentence it came from, or its translation, alone and joined
to a neighbour. Statements are whole sentences (between languages only) and their beginnings,
cut at a comma, since answers say less than their quotes.
Negatives: the same statements with sentences at most two away in the same article and with one
of the next article, alone and joined two by two. Beginnings in the same language are copies, so
they do not set a floor. For French, PIAF's question and answer read together do: a statement in
other words than the source's. For English there is no such set here, and French's floor is taken.
Takes one to two minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from euaiqa import models, settings
from euaiqa.datamodels import Language
from euaiqa.encoder import E5Encoder
from euaiqa.evaluate.support import FLOORS, EncoderSupport, Quote, combinations
from euaiqa.facts import facts_of
from euaiqa.segment import sentence_spans

LANGUAGES: tuple[Language, Language] = ("fr", "en")
NEAR = 2  # sentences away
MIN_WORDS = 6
SEEN = 0.95


class Case(NamedTuple):
    """A statement, quotes, whether they support it; `half` 0 sets the floor, 1 tests it."""

    said: Language
    source: Language
    kind: str
    statement: str
    quotes: tuple[str, ...]
    supported: bool
    half: int


def sentences_of(line: str, language: Language) -> list[str]:
    """The sentences of one line."""
    return [line[s.start : s.end] for s in sentence_spans(line, language)]


def aligned(folder: Path) -> Iterator[list[dict[Language, str]]]:
    """Of each article, the sentences that can be told to be translations of each other."""
    for path in sorted((folder / "aiact/fr").glob("*.txt")):
        texts = {
            language: (folder / "aiact" / language / path.name).read_text(encoding="utf-8")
            for language in LANGUAGES
        }
        lines = {language: text.splitlines()[1:] for language, text in texts.items()}
        found: list[dict[Language, str]] = []
        if len(lines["fr"]) == len(lines["en"]):
            for french, english in zip(lines["fr"], lines["en"], strict=True):
                pair = sentences_of(french, "fr"), sentences_of(english, "en")
                if len(pair[0]) == len(pair[1]):
                    found += [{"fr": f, "en": e} for f, e in zip(*pair, strict=True)]
        yield [s for s in found if all(len(t.split()) >= MIN_WORDS for t in s.values())]


def beginning(sentence: str) -> str | None:
    """The longest beginning that ends at a comma and is at most four fifths of the sentence."""
    cuts = [m.start() for m in re.finditer(r"[,;:]\s", sentence)]
    parts = [sentence[:cut] for cut in cuts if cut <= 0.8 * len(sentence)]
    return parts[-1] + "." if parts and len(parts[-1].split()) >= MIN_WORDS else None


def act_cases(folder: Path, sample: int) -> Iterator[Case]:
    """Cases from the AI Act."""
    rng = random.Random(0)
    articles = [article for article in aligned(folder) if len(article) >= 2]
    places = [(a, i) for a, article in enumerate(articles) for i in range(len(article))]
    for a, i in rng.sample(places, min(sample, len(places))):
        article = articles[a]
        near = [j for j in range(i - NEAR, i + NEAR + 1) if 0 <= j < len(article) and j != i]
        others = [article[j] for j in rng.sample(near, min(2, len(near)))]
        others += rng.sample(articles[(a + 1) % len(articles)], 1)
        for said in LANGUAGES:
            for source in LANGUAGES:
                part = beginning(article[i][said])
                statements = [("beginning", part)] if part else []
                if said != source:
                    statements.append(("whole", article[i][said]))
                right = article[i][source]
                wrong = [other[source] for other in others]
                for kind, statement in statements:
                    for quotes, supported in (
                        ((right,), True),
                        ((right, wrong[0]), True),
                        *(((w,), False) for w in wrong),
                        ((wrong[0], wrong[-1]), False),
                    ):
                        yield Case(said, source, kind, statement, quotes, supported, a % 2)


def piaf_cases(folder: Path, sample: int) -> Iterator[Case]:
    """Cases from PIAF: the answering sentence against another one of the same passage."""
    rng = random.Random(0)
    rows = {}
    for name in ("questions", "passages"):
        with (folder / f"piaf_dev.{name}.jsonl").open(encoding="utf-8") as file:
            rows[name] = [json.loads(line) for line in file]
    passages = {row["id"]: row["text"] for row in rows["passages"]}
    for row in rng.sample(rows["questions"], min(sample, len(rows["questions"]))):
        answer = row["answers"][0]
        sentences = sentences_of(passages[row["passage_id"]], "fr")
        right = [s for s in sentences if answer in s]
        wrong = [s for s in sentences if answer not in s and len(s.split()) >= MIN_WORDS]
        if len(right) == 1 and wrong:
            half = int(row["passage_id"][-4:]) % 2
            statement = row["question"].rstrip(" ?\u00a0\u202f") + f" : {answer}."
            yield Case("fr", "fr", "piaf", statement, (right[0],), True, half)
            yield Case("fr", "fr", "piaf", statement, (rng.choice(wrong),), False, half)


def nearness(cases: list[Case], test: EncoderSupport) -> np.ndarray:
    """How near each statement is to the nearest of what the test joins, as the test counts it."""
    joined = [
        list(combinations([Quote(text, case.source) for text in case.quotes])) for case in cases
    ]
    test.embed([case.statement for case in cases])
    test.embed([" ".join(q.text for q in some) for each in joined for some in each])
    return np.array(
        [
            max(test.nearness(case.statement, some) for some in each)
            for case, each in zip(cases, joined, strict=True)
        ]
    )


def fitted(values: np.ndarray, kinds: np.ndarray) -> float:
    """The highest floor that sees 95 % of supported statements, each kind weighing the same."""
    seen = [
        floor
        for floor in np.arange(0.80, 1.0, 0.0025)
        if np.mean([(values[kinds == kind] >= floor).mean() for kind in set(kinds)]) >= SEEN
    ]
    return float(max(seen))


def facts_held(case: Case) -> bool:
    """Whether the quotes hold every figure and date of the statement."""
    sources = [facts_of(quote, case.source) for quote in case.quotes]
    return not facts_of(case.statement, case.said).missing_from(sources)


def main() -> None:
    """Read, embed, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--sample", type=int, default=100, help="sentences of the AI Act, and questions"
    )
    given = parser.parse_args()
    files = models.locate_encoder(settings.load())
    encoder = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    cases = [*act_cases(given.folder, given.sample), *piaf_cases(given.folder, given.sample)]
    values = nearness(cases, EncoderSupport(encoder))
    supported = np.array([c.supported for c in cases])
    held = np.array([facts_held(c) for c in cases])
    half = np.array([c.half for c in cases])
    kinds = np.array([c.kind for c in cases])
    pairs = np.array([f"{c.said}>{c.source}" for c in cases])
    copies = np.array([c.said == c.source and c.kind == "beginning" for c in cases])
    for said, source in FLOORS:
        pair, floor = pairs == f"{said}>{source}", FLOORS[said, source]
        setting = pair & (half == 0) & supported & ~copies
        best = f"{fitted(values[setting], kinds[setting]):.4f}" if setting.any() else "as fr>fr"
        print(f"{said}>{source}: fitted {best}, in use {floor}; on the other half:")
        for kind in sorted(set(kinds[pair])):
            test = pair & (half == 1) & (kinds == kind)
            yes, no = test & supported, test & ~supported
            ranks = values[yes][:, None] - values[no][None, :]
            passed = held & (values >= floor)
            print(
                f"  {kind:10} AUC of nearness {(ranks > 0).mean() + (ranks == 0).mean() / 2:.3f}, "
                f"supported seen {passed[yes].mean():.3f} of {yes.sum()}, "
                f"unsupported let through {passed[no].mean():.3f} of {no.sum()}"
            )


if __name__ == "__main__":
    main()
