#!/usr/bin/env python3
"""Gather the strings of templates and code into the French catalogue, keeping what is there.

`python scripts/messages.py` updates `web/locales/fr.po`: new strings come without a
translation, those no longer used go. A test fails while one is missing, or while the file is
not what this writes.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FRENCH = ROOT / "web" / "locales" / "fr.po"
METHODS = [("src/euaiqa/**.py", "python"), ("web/templates/**.html", "jinja2")]
OPTIONS = {"web/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "NN_": (1, 2),
    "Notice": None,
    "tally": (2, 3),
}
# Of the header only what is needed to read the file: no dates, that would change each time.
NEEDLESS = re.compile(
    r'"(?:Project-Id|Report-Msgid|POT-|PO-|Last-|Language-Team|Generated)[^"]*"\n'
)


def gathered() -> Catalog:
    """The strings that templates and code show."""
    found = Catalog()
    for name, _, message, _, _ in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        found.add(message, locations=[(name, None)])
    return found


def updated() -> str:
    """The French catalogue as it should be."""
    with FRENCH.open("rb") as file:
        french = read_po(file, locale="fr")
    french.update(gathered(), no_fuzzy_matching=True)
    written = io.BytesIO()
    write_po(written, french, width=0, sort_output=True, ignore_obsolete=True)
    return NEEDLESS.sub("", written.getvalue().decode()).rstrip("\n") + "\n"


def main() -> None:
    """Update the catalogue."""
    text = updated()
    FRENCH.write_text(text, encoding="utf-8")
    empty = text.count('msgstr ""\n\n') + text.count('msgstr[0] ""')
    print(f"{FRENCH.relative_to(ROOT)}: {empty} strings without a translation")


if __name__ == "__main__":
    main()
