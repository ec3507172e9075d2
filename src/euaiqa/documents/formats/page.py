"""What the head of a web page tells: title, day of publication, language, outlet, address.

Takes the tree of a page before anything is taken out of it. The day is the one of
publication, never of a change; what a page does not tell stays empty.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from euaiqa.datamodels import Language
from euaiqa.documents import metadata
from euaiqa.documents.formats.found import one_line
from euaiqa.documents.front_matter import language_of, web_address

_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time",
    "article:published", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.issued", "dcterms.created", "dc.date.created", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "citation_publication_date",
    "citation_date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "originalpublicationdate",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title")
_OUTLETS = ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher")
_ARTICLES = re.compile(r"Article|BlogPosting|Report|WebPage")  # kinds of schema.org
_MIN_TITLE = 10  # characters; a shorter heading may be a word of the title
_MAX_JSON = 1_000_000  # characters of a script with linked data
_MAX_NODES = 2_000
# French and English words that are in every article, and in one language only.
_FRENCH = re.compile(r"\b(?:le|les|des|une|est|dans|pour|qui|sur|du)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:the|of|and|is|that|for|with|this|are|by)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """What a page tells about itself; empty or None where it does not."""

    title: str
    published: dt.date | None
    language: Language | None
    outlet: str
    address: str


def head(root: Any) -> Head:
    """Read the head of a page."""
    metas = _metas(root)
    linked = list(_linked_data(root))
    outlet = one_line(_first(metas, _OUTLETS) or _publisher(linked), 100)
    language = _language(root, metas, linked)
    return Head(
        title=_title(root, metas, linked, outlet),
        published=_published(root, metas, linked, language),
        language=language,
        outlet=outlet,
        address=_address(root, metas),
    )


def fitting(language: Language | None, text: str) -> Language | None:
    """The language that a file says, unless its words are clearly of the other one.

    Many French sites are made with a theme that says `lang="en-US"`, and books with a program.
    """
    sample = text[:20_000]
    french, english = len(_FRENCH.findall(sample)), len(_ENGLISH.findall(sample))
    if language == "en" and french > 2 * english + 5:
        return None
    if language == "fr" and english > 2 * french + 5:
        return None
    return language


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        value = meta.get("content", "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if (key := meta.get(attribute, "").lower()) and value:
                found.setdefault(key, value)
    return found


def _first(metas: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((metas[key] for key in keys if metas.get(key)), "")


def _linked_data(root: Any) -> Iterator[dict[str, Any]]:
    """The nodes of the page's JSON-LD that are about an article."""
    for script in root.iter("script"):
        if "ld+json" not in script.get("type", "").lower() or not script.text:
            continue
        try:
            todo = [json.loads(script.text[:_MAX_JSON], strict=False)]
        except (ValueError, RecursionError):
            continue
        seen = 0
        while todo and seen < _MAX_NODES:
            node = todo.pop(0)
            seen += 1
            if isinstance(node, list):
                todo.extend(node)
            elif isinstance(node, dict):
                if _ARTICLES.search(str(node.get("@type", ""))):
                    yield node
                todo.extend(node[key] for key in ("@graph", "mainEntity") if key in node)


def _strings(linked: list[dict[str, Any]], key: str) -> Iterator[str]:
    # An article before the page it is on.
    for node in sorted(linked, key=lambda node: "WebPage" in str(node.get("@type"))):
        value = node.get(key)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each.strip():
                yield each


def _publisher(linked: list[dict[str, Any]]) -> str:
    for node in linked:
        publisher = node.get("publisher")
        name = publisher.get("name") if isinstance(publisher, dict) else None
        if isinstance(name, str):
            return name
    return ""


def _title(root: Any, metas: dict[str, str], linked: list[dict[str, Any]], outlet: str) -> str:
    headings = [each for each in _headings(root, "h1") if each != outlet]
    told = one_line(_first(metas, _TITLES) or next(_strings(linked, "headline"), ""))
    only = headings[0] if len(headings) == 1 else ""
    if only and told and (only in told or told in only):
        return only  # as the reader sees it, without the site's name
    element = next(root.iter("title"), None)
    own = one_line(element.text_content()) if element is not None else ""
    named = told or own
    lower = [each for each in _headings(root, "h2", "h3") if named.startswith(each)]
    for shown in (headings, lower):
        within = [each for each in shown if len(each) >= _MIN_TITLE and each in named]
        if within:  # less the site's name, and what else programs put there
            return max(within, key=len)
    if only and not told:  # the page's title may be its site's name
        return only
    return _less_outlet(told or own or next(iter(headings), ""), outlet)


def _headings(root: Any, *tags: str) -> list[str]:
    found = (one_line(element.text_content()) for element in root.iter(*tags))
    return [each for each in found if each]


def _less_outlet(title: str, outlet: str) -> str:
    """A title without the name of its site behind it, told or behind a bar."""
    if outlet:
        cut = re.sub(rf"\s*[|–—·•:»-]\s*{re.escape(outlet)}\s*$", "", title, flags=re.IGNORECASE)
        if cut != title:
            return cut or title
    before, _, after = title.rpartition(" | ")
    return before.strip() if _MIN_TITLE <= len(before) > len(after) else title


def _published(
    root: Any, metas: dict[str, str], linked: list[dict[str, Any]], language: Language | None
) -> dt.date | None:
    told = [*_strings(linked, "datePublished"), *(metas[key] for key in _DATES if key in metas)]
    for element in root.iter():
        if element.get("itemprop", "").lower() == "datepublished":
            told.append(element.get("datetime") or element.get("content") or "")
    times = [
        each
        for each in root.iter("time")
        if not re.search(r"updat|modif|maj", each.get("class", "") + each.get("itemprop", ""), re.I)
    ]
    marked = [each for each in times if each.get("pubdate") is not None]
    in_article = [each for each in times if any(a.tag == "article" for a in each.iterancestors())]
    told += [each.get("datetime", "") for each in marked or in_article[:1]]
    days = (metadata.day_of(value, language or "fr") for value in told)
    return next((day for day in days if day), None)


def _language(root: Any, metas: dict[str, str], linked: list[dict[str, Any]]) -> Language | None:
    told = [
        root.get("lang") or root.get("xml:lang"),
        metas.get("content-language"),
        metas.get("og:locale"),
        next(_strings(linked, "inLanguage"), None),
    ]
    return next((language for tag in told if (language := language_of(tag))), None)


def _address(root: Any, metas: dict[str, str]) -> str:
    for link in root.iter("link"):
        if link.get("rel", "").lower() == "canonical" and (found := web_address(link.get("href"))):
            return found
    return web_address(metas.get("og:url"))
