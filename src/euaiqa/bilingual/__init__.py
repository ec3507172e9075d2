"""What a sentence says across French and English: its names, and words left in the other one.

`names_in`, `held_in` and `missing` compare names; `foreign_words` finds the other language's
words; `replacements` puts those of closed classes right. Nothing here translates text.
"""

from euaiqa.bilingual.foreign import Word, foreign_words
from euaiqa.bilingual.lexicon import warm
from euaiqa.bilingual.names import Held, Name, all_held, coined, held_in, missing, names_in
from euaiqa.bilingual.repair import replacements

__all__ = [
    "Held",
    "Name",
    "Word",
    "all_held",
    "coined",
    "foreign_words",
    "held_in",
    "missing",
    "names_in",
    "replacements",
    "warm",
]
