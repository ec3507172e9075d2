"""Makes a sentence-transformers folder of an E5S1 file.

It takes the file and an empty folder and writes the weights as float32
safetensors, a `tokenizer.json` and the small files. The same file gives the same bytes.
It needs numpy, tokenizers and sentencepiece, and neither torch nor the network.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from euaiqa.errors import ModelError
from euaiqa.models import e5s1
from euaiqa.models.encoder_folder import write_small_files
from euaiqa.models.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
_SPACE = "\u2581"  # how pieces write a space
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def convert(source: Path, folder: Path, progress: Progress) -> None:
    """Write into `folder`, which is created, what the E5S1 file `source` holds.

    Raises:
        ModelError: the file is malformed or is not an encoder of this kind.
    """
    model = e5s1.parse(source.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    write_small_files(folder, model.shape)
    write_tokenizer(model, folder / TOKENIZER)
    _write_safetensors(folder / WEIGHTS, _tensors(model), progress)


def write_tokenizer(model: e5s1.E5S1, path: Path) -> None:
    """Write the tokenizer: XLM-R's Unigram vocabulary behind its normaliser.

    Raises:
        ModelError: the vocabulary has no `<mask>`, or the normaliser does not compile.
    """
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        normalizers,
        pre_tokenizers,
        processors,
    )
    from tokenizers.models import Unigram

    if "<mask>" not in model.pieces:
        raise ModelError("the E5S1 vocabulary has no <mask>")
    special = model.special
    vocabulary = list(zip(model.pieces, model.scores, strict=True))
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=special.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # the table works on single code points: e + U+0301 must be composed before it
            normalizers.NFC(),
            normalizers.Precompiled(_compile_charsmap(model.normaliser)),
            normalizers.Replace(Regex(" {2,}"), " "),
            # as XLM-R does; a space at the end would be a token of its own
            normalizers.Strip(left=False, right=True),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_SPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(_SPACE, prepend_scheme="always")
    mask = model.pieces.index("<mask>")
    tokenizer.add_special_tokens(
        [
            AddedToken(model.pieces[i], special=True, normalized=False, lstrip=i == mask)
            for i in (special.bos, special.pad, special.eos, special.unk, mask)
        ]
    )
    begin, end = model.pieces[special.bos], model.pieces[special.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=[begin, "$A", end],
        pair=[begin, "$A", end, end, "$B", end],
        special_tokens=[(begin, special.bos), (end, special.eos)],
    )
    path.write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8", newline="\n")


def _compile_charsmap(table: dict[str, str]) -> bytes:
    """Compile the normaliser's table into what `tokenizers` reads, by SentencePiece.

    SentencePiece's built-in `nmt_nfkc` is not this table: they differ on 174 code
    points, the zero-width joiner among them.

    Raises:
        ModelError: SentencePiece gave no table.
    """
    import sentencepiece

    sentencepiece.set_min_log_level(2)  # it tells stderr of every table it compiles
    normaliser = sentencepiece.SentencePieceNormalizer(norm_map=sorted(table.items()))
    spec = normaliser.serialized_normalizer_spec()
    for number, content in _protobuf_fields(spec):
        if number == 2:  # NormalizerSpec.precompiled_charsmap
            return content
    raise ModelError("SentencePiece compiled no normaliser")


def _protobuf_fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The leading length-delimited fields of a message, as (number, content).

    NormalizerSpec begins with two of them; to read these needs no protobuf library.
    """
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = varint()
        if key & 7 != 2:
            return
        size = varint()
        yield key >> 3, message[at : at + size]
        at += size


_Lazy = tuple[str, tuple[int, ...], Callable[[], "NDArray[np.float32]"]]


def _tensors(model: e5s1.E5S1) -> Iterator[_Lazy]:
    """Name, shape and maker of each tensor of a BertModel; linear weights are [out, in]."""
    import numpy as np

    size = model.shape
    hidden, ffn = size.hidden, size.ffn

    def of(name: str, source: str, *shape: int) -> _Lazy:
        return name, shape, lambda: model.tensor(source, shape)

    yield of("embeddings.word_embeddings.weight", "emb.word", size.vocab, hidden)
    yield of("embeddings.position_embeddings.weight", "emb.pos", size.positions, hidden)
    yield of("embeddings.token_type_embeddings.weight", "emb.type", size.types, hidden)
    yield of("embeddings.LayerNorm.weight", "emb.ln.w", hidden)
    yield of("embeddings.LayerNorm.bias", "emb.ln.b", hidden)
    for layer in range(size.layers):
        for short, long in _LINEAR.items():
            rows = ffn if short == "fi" else hidden
            columns = ffn if short == "fo" else hidden
            name, source = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            yield of(name + ".weight", source + ".w", rows, columns)
            yield of(name + ".bias", source + ".b", rows)
        for short, long in _NORM.items():
            name, source = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            yield of(name + ".weight", source + ".w", hidden)
            yield of(name + ".bias", source + ".b", hidden)
    # the file has no pooler and mean pooling uses none: zeros keep the loader from warning
    yield "pooler.dense.weight", (hidden, hidden), lambda: np.zeros((hidden, hidden), np.float32)
    yield "pooler.dense.bias", (hidden,), lambda: np.zeros(hidden, np.float32)


def _write_safetensors(path: Path, tensors: Iterator[_Lazy], progress: Progress) -> None:
    """Write a safetensors file one tensor at a time.

    The library's writer needs all of them in memory at once (twice 470 MB) and leaves
    mode 0600. Source: https://huggingface.co/docs/safetensors (format).
    """
    entries = list(tensors)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape, _ in entries:
        end = at + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    progress.step("converting the encoder", at)
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)  # the data starts on a multiple of 8
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(encoded)) + encoded)
        for _, _, make in entries:
            data = make().astype("<f4", copy=False)
            out.write(data.data)  # no second copy of 384 MB of embeddings
            progress.advance(data.nbytes)
