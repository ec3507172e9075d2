"""The index: articles in, a folder that can be searched out, and back.

`building` makes a version out of articles and of the version before; `versions` tells which one
is read, and swaps them; `stored` opens one; `store` loads it; `loaded` searches it: vectors in
FAISS, words in BM25 (`lexical`), numbers of articles (`designations`). `near_duplicates` tells
which articles are one witness. Fusing what is found is
`retrieve`'s work.
"""

from euaiqa.index.article import Article
from euaiqa.index.building import known, update, usable
from euaiqa.index.checking import check
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.loaded import Index
from euaiqa.index.manifest import Manifest, fits, is_fit
from euaiqa.index.near_duplicates import sketch, witnesses
from euaiqa.index.progress import Steps
from euaiqa.index.spool import Spool
from euaiqa.index.store import build, load, read_manifest
from euaiqa.index.stored import Stored
from euaiqa.index.versions import Pointer, current, locked, pointer, release, roll_back

__all__ = [
    "Article",
    "Index",
    "LexicalIndex",
    "Manifest",
    "Pointer",
    "Spool",
    "Steps",
    "Stored",
    "build",
    "check",
    "current",
    "fits",
    "is_fit",
    "known",
    "load",
    "locked",
    "pointer",
    "read_manifest",
    "release",
    "roll_back",
    "sketch",
    "update",
    "usable",
    "witnesses",
]
