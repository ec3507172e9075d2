"""Articles on disk -> `Document`s.

Takes a folder of `.txt` and `.md` files and gives one `Document` a file, with what the
file itself tells: title, date of publication, language, and which ranges of it are
boilerplate. What cannot be read is reported, never guessed at, and never stops the rest.

It does not split sentences, does not correct the text and does not fetch anything.

- `reader`: bytes to text, and walking the folder
- `metadata`: title, date, front matter
- `boilerplate`: the lines of a web page that are not the article
"""

from euaiqa.documents.reader import (
    MAX_BYTES,
    as_document,
    changed_at,
    list_files,
    read_bytes,
    read_corpus,
    read_document,
    read_source,
    source_of,
)

READER_VERSION = "1"


def line_keys(text):
    import numpy as np

    return np.empty(0, dtype=np.uint64)


def repeated(lines):
    import numpy as np

    return np.empty(0, dtype=np.uint64)


def read_kept(folder):
    return {}


__all__ = [
    "MAX_BYTES",
    "as_document",
    "changed_at",
    "list_files",
    "read_bytes",
    "read_corpus",
    "read_document",
    "read_source",
    "source_of",
]
