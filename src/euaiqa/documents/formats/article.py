"""Which blocks of a web page are the article.

Takes the blocks of a page and gives a yes or no for each. The first word has
readability-lxml, which scores the elements of the page; it sometimes leaves out a lead, a
heading, a table, so what stands between its blocks, and prose beside them, is the article
too, unless the page itself says that it is something else (`nav`, `aside`, a class
"newsletter"). In doubt a block is the article: to lose a sentence of it is worse.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

from euaiqa.documents.formats.blocks import HEADINGS, MARK, Block
from euaiqa.documents.formats.found import allowed

_PROSE = 80  # characters; a shorter block may be a label
_MOSTLY_LINKS = 0.5  # share of the characters; more is a list of other pages
_ONLY_LINKS = 0.8
_ENOUGH = 0.5  # share of the page's prose below which the library is not believed
# The library climbs up from every element: with more steps than these it would take a minute.
# Real pages have a tenth of it.
_MAX_STEPS = 1_500_000

_BESIDE = frozenset({"nav", "aside", "footer", "form", "button", "dialog", "menu", "search"})
_BESIDE_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"}
)
_MENUS, _MENU_ROLES = frozenset({"nav", "menu", "button"}), frozenset({"navigation", "search"})
_ARTICLE_ROLES = frozenset({"main", "article"})
# Words of a class or an id, whole, that no theme gives to the article.
_BESIDE_WORD = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|sidebar|footer|comments?|respond|share|sharing"
    r"|social|sharedaddy|related|recommend(?:ed|ations?)|newsletter|subscribe|subscription|promo"
    r"|cookies?|consent|advert|ads?|sponsored|popup|modal|outbrain|taboola|skip-link|toolbar"
    r"|pagination|author-box|widgets?)(?:$|[\s_-])",
    re.IGNORECASE,
)


def inside(root: Any, page: Sequence[Block]) -> list[bool]:
    """Which of the blocks are the article; at least one of them is.

    Args:
        root: the tree that the blocks are of; their owners get an attribute.
        page: its blocks in order.
    """
    beside, menus, home = _under(root, _is_beside), _under(root, _is_menu), _homes(root)
    aside = [block.owner in beside for block in page]
    prose = [_is_prose(block) and not aside[i] for i, block in enumerate(page)]
    scored = _scored(root, page)
    kept = [
        block.owner.get(MARK) in scored and (_is_prose(block) or block.owner not in menus)
        for block in page
    ]
    size = sum(len(b.text) for b, is_prose in zip(page, prose, strict=True) if is_prose)
    taken = sum(len(b.text) for i, b in enumerate(page) if prose[i] and kept[i])
    if not any(kept) or taken < _ENOUGH * size:
        # Nothing that can be believed: everything that the page does not call something else.
        return [not each for each in aside] if not all(aside) else [True] * len(page)
    first, last = kept.index(True), len(kept) - 1 - kept[::-1].index(True)
    headline = max((i for i in range(first) if page[i].owner.tag == "h1"), default=first)
    homes = {home[page[i].owner] for i, is_kept in enumerate(kept) if is_kept} - {None}
    for index, block in enumerate(page):
        if kept[index] or aside[index]:
            continue
        if block.owner.tag == "h1":
            kept[index] = True
        elif first < index < last:
            kept[index] = _links(block) < _ONLY_LINKS
        elif prose[index] and (headline < index < first or home[block.owner] in homes):
            kept[index] = True
    return kept


def _is_prose(block: Block) -> bool:
    return len(block.text) >= _PROSE and _links(block) < _MOSTLY_LINKS


def _links(block: Block) -> float:
    return block.linked / len(block.text)


def _homes(root: Any) -> dict[Any, Any]:
    """For each element the outermost one around that is there to hold an article, or None."""
    found: dict[Any, Any] = {}
    for element in root.iter():
        around = found.get(element.getparent())
        found[element] = element if around is None and _is_home(element) else around
    return found


def _is_home(element: Any) -> bool:
    return (
        element.tag in ("article", "main")
        or element.get("role", "") in _ARTICLE_ROLES
        or "articlebody" in element.get("itemprop", "").lower()
    )


def _under(root: Any, fits: Callable[[Any], bool]) -> set[Any]:
    """The elements that fit, and all that is in them."""
    found: set[Any] = set()
    for element in root.iter():
        if element.getparent() in found or fits(element):
            found.add(element)
    return found


def _is_menu(element: Any) -> bool:
    """A menu, which the library may give where it finds nothing better."""
    return element.tag in _MENUS or element.get("role", "") in _MENU_ROLES


def _is_beside(element: Any) -> bool:
    tag = element.tag
    if tag in ("html", "body", "article", "main") or tag in HEADINGS:
        return False
    if tag in _BESIDE or element.get("role", "").lower() in _BESIDE_ROLES:
        # ASP pages wrap the whole page into one form.
        return not (tag == "form" and element.find(".//p") is not None)
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if len(names) > 1 and _BESIDE_WORD.search(names):
        return not any(each.tag in ("article", "main", "h1") for each in element.iterdescendants())
    return False


def _steps(root: Any) -> int:
    """How many steps up to the root all elements are away together."""
    depth: dict[Any, int] = {}
    for element in root.iter():
        depth[element] = depth.get(element.getparent(), 0) + 1
    return sum(depth.values())


def _scored(root: Any, page: Sequence[Block]) -> set[str]:
    """The marks of the blocks that readability-lxml takes for the article."""
    from lxml import html
    from readability import Document

    for number, block in enumerate(page):
        if block.owner.get(MARK) is None:
            block.owner.set(MARK, str(number))
    if _steps(root) > _MAX_STEPS:
        return set()
    bare = copy.deepcopy(root)
    for element in bare.iter():
        # The library rewrites every attribute of the page with a regular expression.
        wanted = {name: element.get(name) for name in ("class", "id", MARK)}
        linked = element.get("href") is not None
        element.attrib.clear()
        for name, value in wanted.items():
            if value:
                element.set(name, allowed(value))
        if linked:
            element.set("href", "#")
    try:
        summary = html.fragments_fromstring(Document(bare).summary())
    except MemoryError:
        raise  # the machine's, not the page's
    except Exception:  # noqa: BLE001 - it fails in many ways on odd pages: AssertionError, …
        return set()  # then its word is missing
    return {
        element.get(MARK)
        for top in summary
        if not isinstance(top, str)
        for element in top.iter()
        if element.get(MARK) is not None
    }
