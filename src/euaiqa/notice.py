"""Sentences for a person that a page can tell in the reader's language.

Takes an English template and its values; gives the English sentence, a `str` like any other,
that remembers both. It knows no other language: who translates hands in a catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias


class Notice(str):
    """A sentence made of a template and values.

    `template` is the catalogue's key: it is written out where a notice is made, so that
    `scripts/messages.py` finds it. `values` fill its braces: other notices, and what is the same
    in every language (numbers, names of files, commands, the system's words). A template without
    values is the sentence as it is, whatever braces are in it.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str = "", /, **values: Value) -> Notice:
        """Fill the braces of a template."""
        made = super().__new__(cls, _filled(template, values))
        made.template, made.values = template, values
        return made

    def translated(self, find: Callable[[str], str | None]) -> str | None:
        """The sentence in another language.

        Args:
            find: gives the template of that language by the English one; None where there is none.

        Returns:
            None where a template is missing, this one or that of a notice in it.
        """
        template = find(self.template)
        values: dict[str, Value] = {}
        for name, value in self.values.items():
            told = value.translated(find) if isinstance(value, Notice) else value
            if told is None:
                return None
            values[name] = told
        return None if template is None else _filled(template, values)


Value: TypeAlias = Notice | str | int


def _filled(template: str, values: Mapping[str, Value]) -> str:
    return template.format_map(values) if values else template


NOTHING: Final = Notice()


def to_json(notice: Notice) -> Any:
    """A notice as JSON; one without values is its text, which is all that was kept of any once."""
    return _row(notice) if isinstance(notice, Notice) and notice.values else str(notice)


def from_json(row: Any) -> Notice:
    """The notice of what `to_json` gave.

    Raises:
        TypeError: it is nothing that it gives.
        ValueError: its template cannot be filled.
        LookupError: a part or a value is missing.
        AttributeError: its template asks for a part of a value.
    """
    if isinstance(row, str):
        return Notice(row)
    values = {
        name: from_json(value) if isinstance(value, dict) else value
        for name, value in dict(row["values"]).items()
    }
    template: str = row["template"]
    return Notice(template, **values)


def _row(value: Value) -> Any:
    if not isinstance(value, Notice):
        return value
    values = {name: _row(each) for name, each in value.values.items()}
    return {"template": value.template, "values": values}
