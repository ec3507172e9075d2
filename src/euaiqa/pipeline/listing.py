"""Enumerations in a draft: told as one sentence, whatever their items end with."""

from __future__ import annotations

import re

from euaiqa.ground import ENDED

# `1. … 2. …`, or lines that begin with a sign.
_LISTED = re.compile(
    r"(?:^|:|\n)\s*1[.)]\s+\S.*[.;,\n]?\s2[.)]\s|(?:^|\n)\s*[-*•]\s+\S.*\n\s*[-*•]\s", re.DOTALL
)
_BEGINS = re.compile(r"(?:^|:|\n)\s*1[.)](?:\s|$)|(?:^|\n)\s*[-*•]\s")
_ITEM = re.compile(r"(?:^|(?<=[:\n.;,\s]))\s*\d[.)]\s+(?=\S)|(?:^|\n)\s*[-*•]\s+")


def begins_list(text: str) -> bool:
    """Whether an enumeration may begin in a text that is being written."""
    return bool(_BEGINS.search(text))


def is_list(text: str) -> bool:
    """Whether a text holds an enumeration of two items at least."""
    return bool(_LISTED.search(text))


def joined(enumeration: str) -> str:
    """An enumeration as one sentence, its items apart by semicolons; without one cut off."""
    lead, *items = _ITEM.split(enumeration.rstrip())
    if len(items) > 1 and not ENDED.search(items[-1]) and ENDED.search(items[0]):
        items.pop()  # cut off by the limit of tokens or time
    told = "; ".join(item.strip().rstrip(".;,") for item in items)
    lead = lead.strip().rstrip(":").rstrip()
    return (f"{lead}: {told}" if lead else told[:1].upper() + told[1:]) + "."
