"""The encoder: texts in, normalised vectors out; and the size of a text in its tokens.

Read in this order: `contract` (what others need of it), `e5` (multilingual-e5-small by
onnxruntime), `graph` (what it computes, taken over once from the sentence-transformers
folder by `export`).
The one owner of onnxruntime, sentence-transformers and torch. It knows nothing of articles or
files other than its own.
"""

from euaiqa.encoder.contract import Encoder, Vectors
from euaiqa.encoder.e5 import E5Encoder
from euaiqa.encoder.graph import is_made

__all__ = ["E5Encoder", "Encoder", "Vectors", "is_made"]
