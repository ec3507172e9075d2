"""Denials: told apart from what a source says, and told only where both sides are plain."""

from __future__ import annotations

import pytest

from euaiqa.datamodels import Language
from euaiqa.ground.polarity import clash, denies, negated

BUYS = ("Chaque PME pourra acheter un serveur avec le chèque.", "fr")
BARRED = ("L’achat de matériel est exclu.", "fr")
NEVER = ("Le fonds ne prend jamais de parts majoritaires.", "fr")
HALVES = ("Le logiciel est gratuit pour les villes, mais il ne l’est pas pour les banques.", "fr")
BILLIONS = ("The EU did not spend 3.5 billion euros on chips.", "en")
BANK = ("The bank of the United Mission will not fund the project.", "en")
NOT = ("The network does not store patient records.", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le site n’ouvrira pas en 2026.", "fr"),
        ("Aucun pays ne s’y oppose.", "fr"),
        ("Rien n’interdit d’y entrer.", "fr"),
        ("Le fonds ne prend plus de parts.", "fr"),
        ("The site won't open in 2026.", "en"),
        ("Nobody would be shut down.", "en"),
    ],
)
def test_negated_sees_the_closed_class(text: str, language: Language) -> None:
    assert negated(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le plan compte plus de 30 sites.", "fr"),
        ("Le site est utilisé à 48 %.", "fr"),
        ("Une personne sur deux a répondu.", "fr"),
        ("A notable plan, another notice.", "en"),
        ("Le coût est nettement plus élevé.", "fr"),
    ],
)
def test_negated_is_not_fooled_by_look_alikes(text: str, language: Language) -> None:
    assert not negated(text, language)


@pytest.mark.parametrize(
    ("draft", "language", "source"),
    [
        ("A small company cannot buy a server with the voucher.", "en", BUYS),
        ("Les PME ne pourront pas acheter un serveur.", "fr", BUYS),
        ("The fund takes majority stakes.", "en", NEVER),
        ("Le réseau conserve les dossiers des patients.", "fr", NOT),
        ("The EU spent 3.5 billion euros on chips.", "en", BILLIONS),
        ("The bank will fund the project.", "en", BANK),
    ],
)
def test_clash_of_a_denial_with_what_is_said(
    draft: str, language: Language, source: tuple[str, Language]
) -> None:
    assert clash(draft, language, [source])


@pytest.mark.parametrize(
    ("draft", "language", "source"),
    [
        ("A small company cannot buy hardware.", "en", BARRED),
        ("Buying hardware is excluded.", "en", BARRED),
        ("Buying hardware is not allowed.", "en", BARRED),
        ("The fund never takes a majority stake.", "en", NEVER),
        ("The software is free for cities.", "en", HALVES),
        ("Le réseau refuse de conserver les dossiers.", "fr", NOT),
        ("Small companies can buy a server.", "en", BUYS),
    ],
)
def test_clash_is_silent_where_both_may_mean_the_same(
    draft: str, language: Language, source: tuple[str, Language]
) -> None:
    assert not clash(draft, language, [source])


def test_clash_one_of_several_sources_is_enough() -> None:
    assert not clash("It does not store patient records.", "en", [BUYS, NOT])
    assert denies(BARRED[0], "fr") and not negated(BARRED[0], "fr")
