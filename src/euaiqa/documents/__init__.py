"""Articles on disk -> `Document`s.

Takes a folder of files (text, web pages, PDF, Word, EPUB, mail) and gives one `Document` a
file, with what the file itself tells: title, date of publication, language, outlet, address,
and which ranges of it are boilerplate. What cannot be read is reported, never guessed at, and
never stops the rest.

It does not split sentences and does not correct the text. Only `adding`, which puts an
article into the folder when it is asked to, fetches anything.

- `reader`: bytes to text, and walking the folder
- `formats`: one reader a format
- `front_matter`, `metadata`: what an article tells about itself
- `adding`, `fetching`, `shelving`: one more article in the folder, from a file or the web
- `boilerplate`: the lines of a web page that are not the article
- `repetition`: the lines that the articles of a site share
- `kept`: the lines that a person wants kept all the same
"""

from euaiqa.documents.files import MAX_BYTES, SUFFIXES, FileBytes, changed_at, list_files
from euaiqa.documents.files import read as read_bytes
from euaiqa.documents.kept import keep, read_kept, unkeep
from euaiqa.documents.reader import (
    READER_VERSION,
    as_document,
    gaps,
    not_read,
    read_corpus,
    read_document,
    read_source,
    source_of,
    without,
)
from euaiqa.documents.repetition import keys as line_keys
from euaiqa.documents.repetition import repeated

__all__ = [
    "MAX_BYTES",
    "READER_VERSION",
    "SUFFIXES",
    "FileBytes",
    "as_document",
    "changed_at",
    "gaps",
    "keep",
    "line_keys",
    "list_files",
    "not_read",
    "read_bytes",
    "read_corpus",
    "read_document",
    "read_kept",
    "read_source",
    "repeated",
    "source_of",
    "unkeep",
    "without",
]
