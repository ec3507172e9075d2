"""Sentences and passages of an article, by exact offsets.

Takes a `Document` and gives its sentences, and passages made of whole consecutive
sentences: what is embedded, retrieved, quoted. Boilerplate is in neither. Every
character that is not white space and not boilerplate is in exactly one sentence. No
character is ever altered. Nothing here ranks, embeds or translates.

- `lines`: which lines of a text are one paragraph
- `splitter`: a paragraph to sentences
- `grouping`: sentences to passages
"""

from euaiqa.segment.grouping import CountTokens, passages
from euaiqa.segment.splitter import sentence_spans, sentences

__all__ = ["SEGMENTER_VERSION", "CountTokens", "passages", "sentence_spans", "sentences"]

# Goes into the index's fingerprint: raise it with any change that moves an offset.
SEGMENTER_VERSION = "2"
