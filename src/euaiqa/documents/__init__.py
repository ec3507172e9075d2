"""Articles on disk -> `Document`s.

Takes a folder of `.txt` and `.md` files and gives one `Document` a file, with what the
file itself tells: title, date of publication, language, and which ranges of it are
boilerplate. What cannot be read is reported, never guessed at, and never stops the rest.

It does not split sentences, does not correct the text and does not fetch anything.

- `reader`: bytes to text, and walking the folder
- `metadata`: title, date, front matter
- `boilerplate`: the lines of a web page that are not the article
- `repetition`: the lines that the articles of a site share
- `kept`: the lines that a person wants kept all the same
"""

from euaiqa.documents.kept import keep, read_kept, unkeep
from euaiqa.documents.reader import (
    MAX_BYTES,
    as_document,
    read_corpus,
    read_document,
    read_source,
)

__all__ = [
    "MAX_BYTES",
    "as_document",
    "keep",
    "read_corpus",
    "read_document",
    "read_kept",
    "read_source",
    "unkeep",
]
