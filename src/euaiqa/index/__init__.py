"""The index: articles in, a folder that can be searched out, and back.

`store` builds, swaps in and loads; `manifest` tells what a version was built from;
`loaded` searches it: vectors in FAISS, words in BM25 (`lexical`), numbers of articles
(`designations`). `near_duplicates` tells which articles are one witness. Fusing what is found is
`retrieve`'s work.
"""

from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.loaded import Index
from euaiqa.index.manifest import Manifest, read_manifest, version_of
from euaiqa.index.near_duplicates import sketch, witnesses
from euaiqa.index.store import build, load

__all__ = [
    "Index",
    "LexicalIndex",
    "Manifest",
    "build",
    "load",
    "read_manifest",
    "sketch",
    "version_of",
    "witnesses",
]
