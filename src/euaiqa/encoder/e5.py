"""multilingual-e5-small by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from euaiqa.encoder.contract import Vectors
from euaiqa.encoder.graph import graph, word_vectors
from euaiqa.errors import ModelError
from euaiqa.settings import cores

BATCH = 32  # passages a forward pass; larger gains nothing on two cores
LONGEST = 512  # tokens of a text, with the two that frame it; the others are not read


class E5Encoder:
    """multilingual-e5-small, on the CPU, in fp32; several threads may call.

    e5 is trained with the prefixes `query: ` and `passage: `; without them its ranking is
    worse (https://huggingface.co/intfloat/multilingual-e5-small).
    """

    def __init__(self, folder: Path, *, name: str, fingerprint: str, threads: int = 0) -> None:
        """Load the model (a second; the first time ever 15, see `graph`).

        Args:
            folder: a sentence-transformers folder.
            name: as replies tell it.
            fingerprint: SHA-256 of the weights it was made from.
            threads: 0 = as many as the cores this process may use.

        Raises:
            ModelError: the folder cannot be loaded, or its graph cannot be made.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cores()
        # Threads that spin while they wait would take the cores from llama.cpp.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False  # the longest batch's memory would be kept for ever
        options.log_severity_level = 3
        try:
            self._words = word_vectors(folder)
            self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session: Any = onnxruntime.InferenceSession(
                graph(folder), options, providers=["CPUExecutionProvider"]
            )
        except ModelError:
            raise
        except Exception as error:  # tokenizers and onnxruntime raise bare ones
            raise ModelError(
                f"the encoder in {folder.name} cannot be loaded: {error}",
                hint="delete it from the models folder and run `euaiqa models pull`",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
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
        return int(self._words.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32 (n, d), rows L2-normalised."""
        return self._encode(texts, "query: ", lambda _: None)

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """Embed passages or sentences: float32 (n, d), rows L2-normalised."""
        return self._encode(texts, "passage: ", advance or (lambda _: None))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, without the two that frame it."""
        plain = [_plain(text) for text in texts]
        return [
            len(one.ids) for one in self._tokenizer.encode_batch(plain, add_special_tokens=False)
        ]

    def _encode(self, texts: Sequence[str], prefix: str, advance: Callable[[int], None]) -> Vectors:
        """Embed; texts of similar length together, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)  # (n, d)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            out[part] = self._batch([prefix + _plain(texts[i]) for i in part])
            advance(len(part))
        return out

    def _batch(self, texts: Sequence[str]) -> Vectors:
        tokens = [_cut(one.ids) for one in self._tokenizer.encode_batch(texts)]
        longest = max(map(len, tokens))
        words = np.zeros((len(tokens), longest, self.dimensions), dtype=np.float32)
        mask = np.zeros((len(tokens), longest), dtype=np.int64)
        for row, ids in enumerate(tokens):
            words[row, : len(ids)] = self._words[ids]
            mask[row, : len(ids)] = 1
        (vectors,) = self._session.run(None, {"words": words, "mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def _cut(ids: list[int]) -> list[int]:
    """The first tokens of a text that is too long, and the one that ends it."""
    return ids if len(ids) <= LONGEST else [*ids[: LONGEST - 1], ids[-1]]


def _plain(text: str) -> str:
    """Break up the spellings that the tokenizer would read as control tokens."""
    for token in ("<s>", "</s>", "<pad>", "<unk>", "<mask>"):
        if token in text:
            text = text.replace(token, token[1:-1])
    return text
