"""The vocabulary of figures and dates: months, currencies, scales, units, reference words.

Words are written as `tokens` gives them: lower case, without accents (but for `à`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from euaiqa.datamodels import Language

Unit = Literal[
    "EUR", "USD", "GBP", "CNY", "JPY", "CHF", "CAD", "AUD", "SEK", "DKK", "NOK", "PLN", "INR",
    "KRW", "%", "",
]  # fmt: skip

THOUSAND, MILLION, MILLIARD, BILLION, BILLIARD, TRILLION = (
    Decimal(10) ** n for n in (3, 6, 9, 12, 15, 18)
)

# A name that is not the language's own is read only beside a day or a year.
MONTH_NAMES: dict[Language, dict[str, int]] = {
    "fr": {
        name: number
        for number, names in enumerate(
            (
                "janvier janv", "fevrier fevr fev", "mars", "avril avr", "mai", "juin",
                "juillet juil", "aout", "septembre sept", "octobre oct", "novembre nov",
                "decembre dec",
            ),
            start=1,
        )
        for name in names.split()
    },
    "en": {
        name: number
        for number, names in enumerate(
            (
                "january jan", "february feb", "march mar", "april apr", "may", "june jun",
                "july jul", "august aug", "september sept sep", "october oct",
                "november nov", "december dec",
            ),
            start=1,
        )
        for name in names.split()
    },
}  # fmt: skip
MONTHS = MONTH_NAMES["fr"] | MONTH_NAMES["en"]
SHORT_MONTHS = frozenset(
    "janv fevr fev avr juil sept oct nov dec jan feb mar apr jun jul aug sep".split()
)
WEEKDAYS = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)

CURRENCY_SIGNS: dict[str, Unit] = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
# Before `$`: whose dollar it is.
DOLLARS: dict[str, Unit] = {"us": "USD", "c": "CAD", "ca": "CAD", "a": "AUD", "au": "AUD"}
CURRENCY_CODES: dict[str, Unit] = {
    "eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF", "cny": "CNY", "rmb": "CNY",
    "jpy": "JPY", "cad": "CAD", "aud": "AUD", "sek": "SEK", "dkk": "DKK", "nok": "NOK",
    "pln": "PLN", "inr": "INR", "krw": "KRW",
}  # fmt: skip
CURRENCY_WORDS: dict[str, Unit] = {
    **CURRENCY_CODES,
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pound": "GBP",
    "pounds": "GBP", "yuan": "CNY", "yuans": "CNY", "renminbi": "CNY", "yen": "JPY",
    "yens": "JPY", "zloty": "PLN", "zlotys": "PLN", "rupees": "INR", "roupies": "INR",
}  # fmt: skip
# Two words, or a second word that changes the first.
CURRENCY_PAIRS: dict[tuple[str, str], Unit] = {
    ("livres", "sterling"): "GBP", ("livre", "sterling"): "GBP",
    ("pounds", "sterling"): "GBP", ("francs", "suisses"): "CHF", ("swiss", "francs"): "CHF",
    ("dollars", "canadiens"): "CAD", ("canadian", "dollars"): "CAD",
    ("dollars", "australiens"): "AUD", ("australian", "dollars"): "AUD",
    ("us", "dollars"): "USD", ("us", "dollar"): "USD", ("dollars", "us"): "USD",
    ("american", "dollars"): "USD", ("dollars", "americains"): "USD",
    ("couronnes", "suedoises"): "SEK", ("swedish", "kronor"): "SEK",
    ("couronnes", "danoises"): "DKK", ("danish", "kroner"): "DKK",
    ("couronnes", "norvegiennes"): "NOK", ("norwegian", "kroner"): "NOK",
    ("pour", "cent"): "%", ("per", "cent"): "%",
    ("percentage", "point"): "%", ("percentage", "points"): "%",
}  # fmt: skip
PERCENT_WORDS = frozenset("% pourcent percent pct pourcents".split())
CURRENCIES: frozenset[Unit] = frozenset(CURRENCY_WORDS.values())

# Scale words; `mille`, `cent`, `hundred` and `thousand` are number words and in `words`.
SCALES: dict[Language, dict[str, Decimal]] = {
    "fr": {
        "million": MILLION, "millions": MILLION, "milliard": MILLIARD, "milliards": MILLIARD,
        "billion": BILLION, "billions": BILLION, "billiard": BILLIARD, "billiards": BILLIARD,
        "trillion": TRILLION, "trillions": TRILLION,
    },
    "en": {
        "million": MILLION, "millions": MILLION, "billion": MILLIARD, "billions": MILLIARD,
        "trillion": BILLION, "trillions": BILLION, "quadrillion": BILLIARD,
        # a scale word that was left in French means what it means in French
        "milliard": MILLIARD, "milliards": MILLIARD,
    },
}  # fmt: skip
# Nouns that count: one alone says its number, the plural alone (`des dizaines`) says none.
COLLECTIVES: dict[Language, dict[str, Decimal]] = {
    "fr": {
        "huitaine": Decimal(8), "dizaine": Decimal(10), "douzaine": Decimal(12),
        "quinzaine": Decimal(15), "vingtaine": Decimal(20), "trentaine": Decimal(30),
        "quarantaine": Decimal(40), "cinquantaine": Decimal(50), "soixantaine": Decimal(60),
        "centaine": Decimal(100), "millier": THOUSAND,
    },
    "en": {"dozen": Decimal(12)},
}  # fmt: skip
# Abbreviated scales, as written: `Md` is a scale, `MD` too, but `m` and `M` are two things.
LETTERS: dict[str, Decimal] = {
    "k": THOUSAND, "M": MILLION, "mln": MILLION, "mio": MILLION, "Mio": MILLION,
    "B": MILLIARD, "bn": MILLIARD, "Bn": MILLIARD, "BN": MILLIARD, "bln": MILLIARD,
    "md": MILLIARD, "Md": MILLIARD, "MD": MILLIARD, "mds": MILLIARD, "Mds": MILLIARD,
    "MDS": MILLIARD, "mrd": MILLIARD, "Mrd": MILLIARD, "mrds": MILLIARD, "Mrds": MILLIARD,
    "tn": BILLION, "trn": BILLION,
}  # fmt: skip
# Scales beside a currency only: `3 m` are metres, `5 mn` minutes, `4K` a definition.
MONEY_LETTERS: dict[str, Decimal] = {
    "m": MILLION, "mn": MILLION, "Mn": MILLION, "MM": MILLION, "K": THOUSAND, "T": BILLION,
    "b": MILLIARD,
}  # fmt: skip

ORDINAL_ENDINGS = frozenset(
    "er re ere e eme ieme emes iemes nd nde d st rd th eres ers ᵉ ᵉʳ".split()
)
# What may stand right behind a digit and leaves it a figure; `5G`, `3D`, `1990s` are names.
PHYSICAL_UNITS = frozenset(
    "W kW MW GW TW Wh kWh MWh GWh TWh kWp MWp V m km cm mm nm µm μm kg g mg t Mt Gt kt h ms min "
    "Hz kHz MHz GHz Ko Mo Go To Po KB MB GB TB PB Gb Tb Gbps Mbps Tbps Gbit Tbit bit bits px ha "
    "l L C x FLOPS FLOPs flops".split()
)
# The number behind these tells which article it is, not how many.
REFERENCES = frozenset(
    "article articles art arts annex annexes annexe recital recitals considerant considerants "
    "chapter chapters chapitre chapitres section sections titre titres title titles point points "
    "paragraphe paragraphes paragraph paragraphs alinea alineas numero iso iec rfc §".split()
)
PLURAL_REFERENCES = frozenset(w for w in REFERENCES if w.endswith("s"))

# `deux tiers`, `three-quarters`: a part, not a count.
FRACTIONS: dict[Language, frozenset[str]] = {
    "fr": frozenset("tiers quart quarts demi demis demies".split()),
    "en": frozenset(
        "thirds quarters fourths fifths sixths sevenths eighths ninths tenths twelfths "
        "twentieths hundredths".split()
    ),
}
# Parts of a compound ordinal: `twenty-first`. French ones all end in -ième.
EN_ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "hundredth thousandth millionth billionth".split()
)
