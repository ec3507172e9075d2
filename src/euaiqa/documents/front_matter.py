"""The front matter of a text file: `key: value` lines between two `---` at the very top.

Reads the fields that people and programs write there, and writes those that `adding` knows.
Values are taken as plain text, in YAML's quotes or without; nested YAML is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from euaiqa.datamodels import Language, Span

_FRONT = re.compile(r"---[ \t]*\n(?P<fields>(?:.*\n){1,100}?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FIELD = re.compile(r"(?P<key>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<value>.*)")
# A field, an entry of a list or what goes on with a field, a comment, nothing.
_FRONT_LINE = re.compile(r"[A-Za-z][\w-]*[ \t]*:|[ \t-]|#|$")
_MAX_VALUE = 250  # characters
_MAX_ADDRESS = 2_000  # characters
_SURROGATE = re.compile(r"[\ud800-\udfff]")
DATE_KEYS = (
    "published",
    "date",
    "published_at",
    "publish_date",
    "publishdate",
    "pubdate",
    "publication_date",
    "date_published",
    "datepublished",
)
_OUTLET_KEYS = ("outlet", "publisher", "site", "site_name", "media", "journal")
_LANGUAGE_KEYS = ("language", "lang", "langue")
_ADDRESS_KEYS = ("url", "source", "address", "link", "canonical_url")
_LANGUAGES: dict[str, Language] = {
    **dict.fromkeys(("fr", "fra", "fre", "french", "français", "francais"), "fr"),
    **dict.fromkeys(("en", "eng", "english", "anglais"), "en"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What front matter tells besides title and date; empty or None where it does not."""

    language: Language | None = None
    outlet: str = ""
    address: str = ""


def told(text: str, front: Span | None) -> Told:
    """Outlet, language and address of an article as its front matter gives them."""
    given = fields(text, front)
    return Told(
        language=language_of(_field(given, _LANGUAGE_KEYS)),
        outlet=spaced(_field(given, _OUTLET_KEYS))[:_MAX_VALUE],
        address=web_address(_field(given, _ADDRESS_KEYS)),
    )


def language_of(tag: str | None) -> Language | None:
    """The language that a tag such as `fr-BE` or `en_US` names, of the two that are known."""
    return _LANGUAGES.get(re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0])


def web_address(text: str | None) -> str:
    """An address of the web as it is written; empty for what is none or holds a password."""
    address = (text or "").strip()
    try:
        parts = urlsplit(address)
        fit = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        return ""
    return address if fit and len(address) <= _MAX_ADDRESS and address.isprintable() else ""


def find(text: str) -> Span | None:
    """Where the front matter is: the `key: value` lines between two `---`, at the very top."""
    match = _FRONT.match(text)
    if match is None or not all(map(_FRONT_LINE.match, match["fields"].splitlines())):
        return None
    return Span(0, match.start() + len(match.group().rstrip()))


def fields(text: str, front: Span | None) -> dict[str, str]:
    """The front matter's fields, keys in lower case, values without quotes."""
    if front is None:
        return {}
    found: dict[str, str] = {}
    for line in text[front.start : front.end].split("\n"):
        if match := _FIELD.fullmatch(line.strip()):
            found.setdefault(match["key"].lower().replace("-", "_"), _value(match["value"].strip()))
    return found


def _value(written: str) -> str:
    """A field's value: what YAML puts in quotes is without them."""
    if len(written) > 1 and written[0] == written[-1] == '"':
        try:
            return writable(str(json.loads(written)))  # of YAML's escapes those of JSON too
        except ValueError:
            pass
    if len(written) > 1 and written[0] == written[-1] == "'":
        return written[1:-1].replace("''", "'").strip()
    return written.strip("\"'").strip()


def _field(given: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((given[key] for key in keys if given.get(key)), "")


def writable(text: str) -> str:
    """The text with U+FFFD for each half of a character, which UTF-8 cannot write."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def spaced(value: str) -> str:
    """A value as one line."""
    return re.sub(r"\s+", " ", value).strip()


def written(values: Mapping[str, str], *, others: str = "") -> str:
    """Front matter that reads as these values, whatever is in them.

    Args:
        values: by key, in the order in which they are written; empty ones are left out.
        others: lines of earlier front matter that stay (`kept_lines`).
    """
    plain = {key: _plain(value) for key, value in values.items()}
    # JSON's quotes and escapes are YAML's too: one line, and no other field in it.
    lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in plain.items() if v]
    return "\n".join(["---", *lines, *filter(None, [others]), "---", ""])


def reads_as(text: str, values: Mapping[str, str]) -> bool:
    """Whether a text begins with front matter that gives these values (`written`)."""
    given = fields(text, find(text))
    return all(given.get(key, "") == _plain(value) for key, value in values.items())


def kept_lines(text: str, front: Span | None, keys: frozenset[str]) -> str:
    """The lines of front matter that are of no field among `keys`, nor of one that means it."""
    if front is None:
        return ""
    synonyms = {
        name
        for names in (DATE_KEYS, _OUTLET_KEYS, _LANGUAGE_KEYS, _ADDRESS_KEYS)
        if keys & set(names)
        for name in names
    }
    kept, keeping = [], True
    for line in text[front.start : front.end].split("\n")[1:-1]:
        if match := re.match(r"([A-Za-z][\w-]*)[ \t]*:", line):
            key = match[1].lower().replace("-", "_")
            keeping = key not in keys | synonyms
        if keeping:
            kept.append(line)
    return "\n".join(kept)


def _plain(value: str) -> str:
    return spaced("".join(c if c.isprintable() else " " for c in value))
