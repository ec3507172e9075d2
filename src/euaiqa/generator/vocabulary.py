"""Text to the model's tokens and back."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any


class Vocabulary:
    """The vocabulary of one loaded model."""

    def __init__(self, llama: Any, model: Any) -> None:
        """Take llama.cpp's functions and a model of theirs."""
        self._c = llama
        self._vocab = llama.llama_model_get_vocab(model)
        self.size = int(llama.llama_vocab_n_tokens(self._vocab))

    def tokens(self, text: str, *, control: bool) -> list[int]:
        """Tokenise; only with `control` do spellings like `<|im_end|>` become control tokens."""
        data = text.encode()
        room = len(data) + 8
        buffer = (self._c.llama_token * room)()
        n = self._c.llama_tokenize(self._vocab, data, len(data), buffer, room, False, control)
        return list(buffer[:n])

    def first_tokens(self, words: Sequence[str]) -> list[int]:
        """The first token of each word, each once."""
        return sorted({self.tokens(word, control=False)[0] for word in words})

    def piece(self, token: int) -> bytes:
        """The bytes of one token, not always whole characters."""
        buffer = ctypes.create_string_buffer(256)
        n = self._c.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)
        return buffer.raw[: max(n, 0)]

    def ends(self, token: int) -> bool:
        """Whether the model ends its turn with this token."""
        return bool(self._c.llama_vocab_is_eog(self._vocab, token))
