"""What has an official or fixed form in both languages: institutions, places, peoples, months.

Territories, cities and months are CLDR's, read through babel; institutions, acronyms,
peoples and further places are closed lists of our own. Words are compared folded: lower
case, no accents.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from euaiqa.bilingual.exonyms import EXONYMS
from euaiqa.datamodels import Language

# One concept a line, its forms by `;`, each French = English; the first one names it.
# Source: the EU's Interinstitutional Style Guide, annex A3 (acronyms) and section 9.5.
_INSTITUTIONS = """
UE = EU; Union européenne = European Union; Europe = Europe; Union = Union
IA = AI; intelligence artificielle = artificial intelligence
Commission européenne = European Commission; Commission = Commission
Parlement européen = European Parliament; Parlement = Parliament
Conseil de l'Union européenne = Council of the European Union; Conseil = Council;
 Conseil européen = European Council
TUE = TEU; traité sur l'Union européenne = Treaty on European Union
TFUE = TFEU; traité sur le fonctionnement de l'Union européenne =
 Treaty on the Functioning of the European Union
CJUE = CJEU; Cour de justice de l'Union européenne = Court of Justice of the European Union;
 Cour de justice = Court of Justice
BEI = EIB; Banque européenne d'investissement = European Investment Bank
FEI = EIF; Fonds européen d'investissement = European Investment Fund
BCE = ECB; Banque centrale européenne = European Central Bank
CEPD = EDPS; Contrôleur européen de la protection des données =
 European Data Protection Supervisor
PME = SME; PME = SMEs; petites et moyennes entreprises = small and medium-sized enterprises
RGPD = GDPR; règlement général sur la protection des données = General Data Protection Regulation
OTAN = NATO
ONU = UN; Nations unies = United Nations; Organisation des Nations unies = United Nations
OCDE = OECD
OMC = WTO; Organisation mondiale du commerce = World Trade Organization
OMS = WHO; Organisation mondiale de la santé = World Health Organization
FMI = IMF; Fonds monétaire international = International Monetary Fund
CEI = IEC
PIB = GDP; produit intérieur brut = gross domestic product
PDG = CEO; directeur général = chief executive
États-Unis = United States; États-Unis d'Amérique = United States of America; USA = USA; US = US;
 Amérique = America
Royaume-Uni = United Kingdom; Grande-Bretagne = Britain; Grande-Bretagne = Great Britain; UK = UK;
 Angleterre = England
Chine = China; République populaire de Chine = People's Republic of China
Corée du Sud = South Korea; Corée = Korea
Tchéquie = Czechia; République tchèque = Czech Republic
Hong Kong = Hong Kong
Vietnam = Vietnam
Pékin = Beijing
Versailles = Versailles
Silicon Valley = Silicon Valley
"""  # fmt: skip
# Territory or region, French adjective in the masculine singular, English adjective.
_PEOPLES = """
UE européen European; US américain American; GB britannique British; GB anglais English;
FR français French; DE allemand German; IT italien Italian; ES espagnol Spanish;
PT portugais Portuguese; NL néerlandais Dutch; BE belge Belgian; LU luxembourgeois Luxembourgish;
IE irlandais Irish; DK danois Danish; SE suédois Swedish; FI finlandais Finnish;
NO norvégien Norwegian; IS islandais Icelandic; CH suisse Swiss; AT autrichien Austrian;
PL polonais Polish; CZ tchèque Czech; SK slovaque Slovak; HU hongrois Hungarian;
SI slovène Slovenian; HR croate Croatian; RO roumain Romanian; BG bulgare Bulgarian;
GR grec Greek; CY chypriote Cypriot; MT maltais Maltese; EE estonien Estonian;
LV letton Latvian; LT lituanien Lithuanian; UA ukrainien Ukrainian; RU russe Russian;
TR turc Turkish; CN chinois Chinese; JP japonais Japanese; KR coréen Korean;
TW taïwanais Taiwanese; IN indien Indian; CA canadien Canadian; MX mexicain Mexican;
BR brésilien Brazilian; AU australien Australian; IL israélien Israeli; SA saoudien Saudi;
AE émirati Emirati; 002 africain African; 142 asiatique Asian
"""
# What English says with its article.
_WITH_THE = frozenset(
    "EU UN US USA UK UNION STATES KINGDOM NATIONS NETHERLANDS PHILIPPINES COMMISSION PARLIAMENT "
    "COUNCIL BANK FUND ORGANIZATION REPUBLIC CJEU EIB EIF ECB EDPS GDPR OECD WTO WHO IMF".split()
)
_CONTINENTS = frozenset("002 009 142".split())
_NOT_PLACES = frozenset("EU UN EZ ZZ QO RE".split())  # `La Réunion` is also `la réunion`
_NOT_CITIES = frozenset("Etc/Unknown Indian/Reunion".split())
_TERRITORY_OF = {"États-Unis": "US", "Royaume-Uni": "GB", "Chine": "CN", "Corée du Sud": "KR",
                 "Tchéquie": "CZ", "Hong Kong": "HK", "Vietnam": "VN"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a name: what it names, and how the other language writes it."""

    concept: str
    other: str
    acronym: bool  # only in capitals
    noun: bool  # adjectives and peoples are no nouns: French writes them in lower case
    the: bool  # whether `other`, in English, takes its article


Forms = dict[tuple[str, ...], Form]


def fold(text: str) -> str:
    """The text in lower case and without accents; a character may become several or none."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def folded_words(text: str) -> tuple[str, ...]:
    """The folded words of a name, without elided ones; hyphens and spaces part them alike."""
    return tuple(re.findall(r"\w{2,}", fold(text)))


@functools.cache
def forms(language: Language) -> Forms:
    """Every name that has a form in both languages, as one of them writes it."""
    found: Forms = {}
    for concept, french, english, noun in _pairs():
        own, other = (french, english) if language == "fr" else (english, french)
        the = noun and (english.upper().split()[-1] in _WITH_THE or "Council" in english)
        acronym = own.isupper()
        found.setdefault(folded_words(own), Form(concept, other, acronym, noun, the))
    return found


@functools.cache
def months() -> dict[Language, dict[str, str]]:
    """The months of a language, folded, and how the other one writes them."""
    from babel import Locale

    names = {code: Locale(code).months["format"]["wide"] for code in ("fr", "en")}
    return {
        "fr": {fold(names["fr"][n]): names["en"][n] for n in names["fr"]},
        "en": {fold(names["en"][n]): names["fr"][n] for n in names["en"]},
    }


@functools.cache
def weekdays() -> frozenset[str]:
    """The days of the week in both languages, folded."""
    from babel import Locale

    return frozenset(
        fold(day) for code in ("fr", "en") for day in Locale(code).days["format"]["wide"].values()
    )


def _pairs() -> Iterator[tuple[str, str, str, bool]]:
    """Concept, French form, English form, whether it is a noun."""
    for line in _INSTITUTIONS.replace("\n ", " ").strip().splitlines():
        pairs = [[side.strip() for side in pair.split("=")] for pair in line.split(";")]
        concept = _TERRITORY_OF.get(pairs[0][0], pairs[0][0])
        yield from ((concept, french, english, True) for french, english in pairs)
    yield from _places()
    yield from _exonyms()
    for entry in _PEOPLES.strip().split(";"):
        concept, french, english = entry.split()
        feminine = _feminine(french)
        for own in (french, feminine, french + "s" * (french[-1] != "s"), feminine + "s"):
            yield concept, own, english, False
        if english[-1] not in "hes":  # `the Germans`
            yield concept, french + "s" * (french[-1] != "s"), english + "s", False


def _places() -> Iterator[tuple[str, str, str, bool]]:
    from babel import Locale

    french, english = Locale("fr"), Locale("en")
    for code, name in french.territories.items():
        other = english.territories.get(code, "")
        if (code.isalpha() or code in _CONTINENTS) and other and code not in _NOT_PLACES:
            yield code, name.split(" (")[0], other.split(" (")[0], True
    for zone, data in french.time_zones.items():
        city = data.get("city", "") if "/" in zone else ""
        if city and not re.search(r"[(\[]", city) and zone not in _NOT_CITIES:
            own = zone.rsplit("/", 1)[1].replace("_", " ")
            yield own, city, own, True


def _exonyms() -> Iterator[tuple[str, str, str, bool]]:
    for place in EXONYMS.replace("\n", " ").split(", "):
        french, english, *own = (name.replace("_", " ") for name in place.split())
        yield english, french, english, True
        yield from ((english, name, name, True) for name in own)


def _feminine(word: str) -> str:
    for ending, feminine in (("en", "enne"), ("on", "onne"), ("ec", "ecque"), ("urc", "urque")):
        if word.endswith(ending):
            return word.removesuffix(ending) + feminine
    return word if word.endswith(("e", "i")) else word + "e"
