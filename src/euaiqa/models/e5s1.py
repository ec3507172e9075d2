"""Reads an E5S1 file: the weights, the vocabulary and the normaliser of an e5 encoder.

It takes the bytes of such a file and gives an `E5S1`, with every offset, count and
shape checked. It writes nothing; `convert_e5` makes a sentence-transformers folder
of it. The file is little-endian and its fields are packed without alignment:

    "E5S1", u32 version; i32 hidden, layers, heads, ffn, vocab, positions, types;
    f32 layer-norm epsilon; i32 block size; i32 pieces; i32 bos, eos, pad, unk;
    u64 length of the pieces' text; u32[pieces + 1] offsets; f32[pieces] scores; the text;
    i32 entries and u32 bytes of the normaliser; each entry u32 code point, u8 k, u32[k];
    i32 tensors; each u16 length and name, u8 type, u32 count, u64 offset, u64 bytes.

A tensor's offset counts from the start of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from euaiqa.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 32  # weights that share one scale in Q4_0
_BLOCK_BYTES = 2 + _BLOCK // 2
_Q4_0 = 1
_TENSORS = 5  # of the embeddings
_TENSORS_A_LAYER = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the encoder, in units of their own."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """The ids of the special tokens that the file names."""

    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class E5S1:
    """What the file holds; `tensor` gives one tensor by its name in the file.

    A piece's index is its token id. `normaliser` maps one character to the text that
    replaces it, possibly empty.
    """

    shape: Shape
    special: SpecialIds
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    normaliser: dict[str, str]
    tensor: Callable[[str, tuple[int, ...]], NDArray[np.float32]]


def dequantise_q4_0(packed: bytes | memoryview, count: int) -> NDArray[np.float32]:
    """Expand `count` weights of Q4_0, float32 (count,).

    A block is an fp16 scale and 16 bytes; byte j holds weight j in its low nibble and
    weight j + 16 in its high one. Source: ggml's `block_q4_0`,
    https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c

    Raises:
        ModelError: `count` is not whole blocks, `packed` has another length, or a scale
            is not finite.
    """
    import numpy as np

    blocks, rest = divmod(count, _BLOCK)
    if rest or len(packed) != blocks * _BLOCK_BYTES:
        raise ModelError(f"{len(packed)} bytes cannot hold {count} weights in Q4_0")
    raw = np.frombuffer(packed, np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)]))
    scale = raw["scale"].astype(np.float32)[:, None]
    if not np.isfinite(scale).all():
        raise ModelError("a scale in Q4_0 is not a number")
    out = np.empty((blocks, _BLOCK), np.float32)
    # straight into `out`: an intermediate of the embeddings would take 192 MB
    low, high = raw["nibbles"] & 0x0F, raw["nibbles"] >> 4
    np.multiply(low.astype(np.int8) - 8, scale, out=out[:, : _BLOCK // 2])
    np.multiply(high.astype(np.int8) - 8, scale, out=out[:, _BLOCK // 2 :])
    return out.reshape(-1)


class _Cursor:
    """Walks through the bytes; a read past the end is an error, never a short result."""

    def __init__(self, data: bytes) -> None:
        self.view = memoryview(data)
        self.at = 0

    def take(self, size: int) -> memoryview:
        end = self.at + size
        if size < 0 or end > len(self.view):
            raise ModelError(f"the E5S1 file ends at byte {len(self.view)}, {end} are needed")
        self.at, start = end, self.at
        return self.view[start:end]

    def unpack(self, layout: str) -> tuple[Any, ...]:
        try:
            packed = struct.Struct("<" + layout)
        except struct.error as error:  # more fields than memory could hold
            raise ModelError(f"the E5S1 file announces {layout} fields") from error
        return packed.unpack(self.take(packed.size))

    def unpack_int(self, layout: str) -> int:
        return int(self.unpack(layout)[0])


def parse(data: bytes) -> E5S1:
    """Read a whole file.

    Raises:
        ModelError: it is not an E5S1 file of version 1, is cut short or contradicts itself.
    """
    cursor = _Cursor(data)
    if bytes(cursor.take(4)) != b"E5S1" or cursor.unpack_int("I") != 1:
        raise ModelError("not an E5S1 file of version 1")
    shape = Shape(*cursor.unpack("7i"))
    cursor.unpack("f")  # the epsilon as the file rounds it; the folder states the model's own
    block = cursor.unpack_int("i")
    if block != _BLOCK or min(shape.hidden, shape.layers, shape.heads, shape.vocab) < 1:
        raise ModelError(f"an E5S1 file with blocks of {block} and {shape} is not supported")
    count = cursor.unpack_int("i")
    special = SpecialIds(*cursor.unpack("4i"))
    named = (special.bos, special.eos, special.pad, special.unk)
    if not all(0 <= token < count <= shape.vocab for token in named):
        raise ModelError(f"special tokens {named} do not fit {count} pieces")
    pieces, scores = _read_pieces(cursor, count)
    return E5S1(
        shape=shape,
        special=special,
        pieces=pieces,
        scores=scores,
        normaliser=_read_normaliser(cursor),
        tensor=_read_tensors(cursor, shape.layers),
    )


def _read_pieces(cursor: _Cursor, count: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    length = cursor.unpack_int("Q")
    offsets = cursor.unpack(f"{count + 1}I")
    scores = cursor.unpack(f"{count}f")
    text = bytes(cursor.take(length))
    if offsets[0] != 0 or offsets[-1] != length:
        raise ModelError("the pieces' offsets do not cover their text")
    try:
        pieces = tuple(text[offsets[i] : offsets[i + 1]].decode() for i in range(count))
    except UnicodeDecodeError as error:
        raise ModelError("a piece of the E5S1 vocabulary is not UTF-8") from error
    return pieces, scores


def _read_normaliser(cursor: _Cursor) -> dict[str, str]:
    entries, size = cursor.unpack("iI")
    end = cursor.at + size
    table: dict[str, str] = {}
    for _ in range(entries):
        source, replaced = cursor.unpack("IB")
        try:
            table[chr(source)] = "".join(map(chr, cursor.unpack(f"{replaced}I")))
        except (ValueError, OverflowError) as error:
            raise ModelError("the normaliser holds an impossible code point") from error
    if cursor.at != end:
        raise ModelError(f"the normaliser ends at byte {cursor.at}, {end} was announced")
    return table


def _read_tensors(
    cursor: _Cursor, layers: int
) -> Callable[[str, tuple[int, ...]], NDArray[np.float32]]:
    directory: dict[str, tuple[int, int, memoryview]] = {}
    entries = cursor.unpack_int("i")
    if entries != _TENSORS + layers * _TENSORS_A_LAYER:
        raise ModelError(f"{entries} tensors do not make {layers} layers")
    for _ in range(entries):
        name = bytes(cursor.take(cursor.unpack_int("H"))).decode(errors="replace")
        kind, count, offset, size = cursor.unpack("BIQQ")
        if offset + size > len(cursor.view):
            raise ModelError(f"tensor {name} lies past the end of the E5S1 file")
        directory[name] = (kind, count, cursor.view[offset : offset + size])

    def tensor(name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """One tensor as float32 of `shape`, row-major; ModelError if absent or of another size."""
        import numpy as np

        if name not in directory:
            raise ModelError(f"tensor {name} is absent from the E5S1 file")
        kind, count, raw = directory[name]
        if count != int(np.prod(shape)) or (kind != _Q4_0 and len(raw) != 4 * count):
            raise ModelError(f"tensor {name} does not have the shape {shape}")
        flat = dequantise_q4_0(raw, count) if kind == _Q4_0 else np.frombuffer(raw, "<f4")
        return flat.reshape(shape)

    return tensor
