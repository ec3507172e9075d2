"""Whether a version that was built holds together, before anybody reads it."""

from __future__ import annotations

import numpy as np

from euaiqa.errors import IndexMismatch
from euaiqa.index.passages import LANGUAGES, Passages
from euaiqa.index.stored import Stored
from euaiqa.index.vectors import are_of_length_one

_LOOKED_AT = 64  # passages that are read, and entries that are searched
_ROWS = 65_536  # vectors that are looked at at a time
_HINT = "run `euaiqa index --full`; where it happens again, check the disk and the memory"


def check(version: Stored) -> None:
    """Open every part as a reader does, and compare what must agree.

    Raises:
        IndexMismatch: something does not; the message says what.
    """
    for name, rows in (("passages", version.whole), ("sentences", version.single)):
        parts = range(0, len(rows), _ROWS)
        if not all(are_of_length_one(rows[at : at + _ROWS]).all() for at in parts):
            raise IndexMismatch(f"vectors of {name} are damaged", hint=_HINT)
    passages = Passages(version.table, version.first(), version.documents)
    for number in np.linspace(0, len(passages) - 1, _LOOKED_AT, dtype=np.int64):
        passage = passages[int(number)]
        inside = all(
            passage.start <= s.start < s.end <= passage.end and s.text for s in passage.sentences
        )
        if not passage.text or not passage.sentences or not inside:
            raise IndexMismatch(f"passages of {passage.document} are damaged", hint=_HINT)
    dense = version.dense()
    wanted = np.ascontiguousarray(version.single[:: max(1, dense.ntotal // _LOOKED_AT)])
    scores, found = dense.search(wanted, 1)
    if not np.isfinite(scores).all() or (found < 0).any():
        raise IndexMismatch("the vector search finds nothing", hint=_HINT)
    sizes = {language: len(part) for language, part in version.lexical().items()}
    for place, language in enumerate(LANGUAGES):
        told = int((version.table.languages == place).sum())
        if sizes[language] not in {0, told}:  # 0 where no passage has a word
            raise IndexMismatch(f"the words of language {language} are damaged", hint=_HINT)
    if not {*version.witnesses, *version.witnesses.values()} <= version.numbers.keys():
        raise IndexMismatch("what is told of reprints is damaged", hint=_HINT)
    if len(version.files) != len(version.heads) or len(version.sources) != len(version.heads):
        raise IndexMismatch("what is told of the files is damaged", hint=_HINT)
