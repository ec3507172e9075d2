"""The encoder: texts in, normalised vectors out; and the size of a text in its tokens.

The one owner of sentence-transformers and torch. It knows nothing of articles or files
other than its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from euaiqa.errors import ModelError

Vectors = NDArray[np.float32]

BATCH = 32  # passages a forward pass; larger gains nothing on two cores


class Encoder(Protocol):
    """What the index, retrieval and grounding need; a test double fits too."""

    @property
    def name(self) -> str:
        """Which encoder this is, as replies tell it."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights: vectors of different fingerprints must not be compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32 (n, d), rows L2-normalised."""

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """Embed passages or sentences: float32 (n, d), rows L2-normalised.

        `advance` is called with the number of texts done since the last call.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, without the two that frame it."""


class E5Encoder:
    """multilingual-e5-small in sentence-transformers, on the CPU, in fp32.

    e5 is trained with the prefixes `query: ` and `passage: `; without them its ranking is
    worse (https://huggingface.co/intfloat/multilingual-e5-small).
    """

    def __init__(self, folder: Path, *, name: str, fingerprint: str, threads: int = 0) -> None:
        """Load the model (importing torch is most of the time: 5 to 10 s).

        Args:
            folder: a sentence-transformers folder.
            name: as replies tell it.
            fingerprint: SHA-256 of the weights it was made from.
            threads: 0 = torch's own choice.

        Raises:
            ModelError: the folder cannot be loaded.
        """
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it writes to the terminal of whoever asks
        if threads:
            torch.set_num_threads(threads)
        try:
            self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"the encoder in {folder.name} cannot be loaded: {error}",
                hint="delete it from the models folder and run `euaiqa models pull`",
            ) from error
        self._one_at_a_time = threading.Lock()  # the tokenizer may not be shared
        self._name = name
        self._fingerprint = fingerprint

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights."""
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        """384 for multilingual-e5-small."""
        return 384

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32 (n, d), rows L2-normalised."""
        return self._encode(texts, "query: ")

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """Embed passages or sentences: float32 (n, d), rows L2-normalised.

        Texts of similar length are batched together, so that little is spent on padding.
        """
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)  # (n, d)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            out[part] = self._encode([texts[i] for i in part], "passage: ")
            if advance:
                advance(len(part))
        return out

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, without the two that frame it."""
        if not texts:
            return []
        with self._one_at_a_time:
            encoded = self._model.tokenizer(
                [_plain(text) for text in texts],
                add_special_tokens=False,
                truncation=False,
                verbose=False,
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        with self._one_at_a_time:
            vectors = self._model.encode(
                [prefix + _plain(text) for text in texts],
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)


def _plain(text: str) -> str:
    """Break up the spellings that the tokenizer would read as control tokens."""
    for token in ("<s>", "</s>", "<pad>", "<unk>", "<mask>"):
        if token in text:
            text = text.replace(token, token[1:-1])
    return text
