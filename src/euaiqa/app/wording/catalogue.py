"""Which strings the pages need; a translation that lacks one is a type error."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """What went wrong and what the reader can do about it."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The strings of one language; those in braces are filled by the page."""

    skip: str
    articles: str
    articles_intro: str
    all_articles: str
    language_name: str
    welcome: str
    promise: str
    read_articles: str
    label: str
    placeholder: str
    follow_up: str
    answer_in: str
    auto: str
    in_french: str
    in_english: str
    french: str
    english: str
    ask: str
    stop: str
    clear: str
    keys: str
    you_asked: str
    searching: str
    waiting: str
    reading: str
    checking: str
    ready: str
    answered: str
    partial: str
    refused: str
    stopped: str
    understood_as: str
    provisional: str
    extract: str
    sources: str
    source: str
    gloss: str
    near: str
    near_note: str
    read: str
    disagree: str
    open_article: str
    new_tab: str
    beside: str
    pane: str
    pane_text: str
    place: str
    previous: str
    next: str
    close: str
    undated: str
    loading: str
    seconds: str
    again: str
    back: str
    quote_here: str
    no_articles: str
    errors: dict[str, Advice]

    def for_script(self) -> dict[str, object]:
        """The strings that the page's script fills in."""
        return asdict(self)
