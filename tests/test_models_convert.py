"""The converter on a small E5S1 file that the test writes, number by number."""

from __future__ import annotations

import json
import math
import random
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euaiqa.errors import ModelError
from euaiqa.models import e5s1
from euaiqa.models.convert_e5 import convert
from euaiqa.models.progress import Silent

HIDDEN, LAYERS, HEADS, FFN, VOCAB, POSITIONS, TYPES = 32, 2, 2, 64, 20, 16, 2
PIECES = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", "▁hello", "▁world", "é", "▁été", "l", "’", "o",
    "▁a", "fi", "A", "<mask>",
]  # fmt: skip
SCORES = [0.0, 0.0, 0.0, 0.0, -3.0, -1.0, -1.5, -4.0, -2.0, -5.0, -5.0, -5.0, -2.5, -4.0, -4.0, 0.0]
# full-width A, the ligature fi, the no-break space, and something that is removed
NORMALISER = {0xFF21: [0x41], 0xFB01: [0x66, 0x69], 0xA0: [0x20], 0xAD: []}


def names() -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Name in the file, name in BertModel, shape."""
    yield "emb.word", "embeddings.word_embeddings.weight", (VOCAB, HIDDEN)
    yield "emb.pos", "embeddings.position_embeddings.weight", (POSITIONS, HIDDEN)
    yield "emb.type", "embeddings.token_type_embeddings.weight", (TYPES, HIDDEN)
    yield "emb.ln.w", "embeddings.LayerNorm.weight", (HIDDEN,)
    yield "emb.ln.b", "embeddings.LayerNorm.bias", (HIDDEN,)
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}."
        for short, long, rows, columns in (
            ("q", "attention.self.query", HIDDEN, HIDDEN),
            ("k", "attention.self.key", HIDDEN, HIDDEN),
            ("v", "attention.self.value", HIDDEN, HIDDEN),
            ("ao", "attention.output.dense", HIDDEN, HIDDEN),
            ("fi", "intermediate.dense", FFN, HIDDEN),
            ("fo", "output.dense", HIDDEN, FFN),
        ):
            yield f"l{n}.{short}.w", f"{layer}{long}.weight", (rows, columns)
            yield f"l{n}.{short}.b", f"{layer}{long}.bias", (rows,)
        for short, long in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            yield f"l{n}.{short}.w", f"{layer}{long}.weight", (HIDDEN,)
            yield f"l{n}.{short}.b", f"{layer}{long}.bias", (HIDDEN,)


def tensors() -> dict[str, tuple[int, int, bytes, list[float]]]:
    """Each tensor as its type, count, bytes, and its values worked out one by one."""
    rng = random.Random(7)
    made = {}
    for name, _, shape in names():
        count = math.prod(shape)
        if len(shape) == 1 or name in {"emb.pos", "emb.type"}:
            packed = struct.pack(f"<{count}f", *(rng.uniform(-1, 1) for _ in range(count)))
            made[name] = (0, count, packed, list(struct.unpack(f"<{count}f", packed)))
            continue
        packed, values = b"", []
        for _ in range(count // 32):
            scale = struct.pack("<e", rng.uniform(-0.2, 0.2))
            nibbles = [rng.randrange(16) for _ in range(32)]
            packed += scale + bytes(nibbles[j] | nibbles[j + 16] << 4 for j in range(16))
            values += [(nibble - 8) * struct.unpack("<e", scale)[0] for nibble in nibbles]
        made[name] = (1, count, packed, values)
    return made


TENSORS = tensors()


def e5s1_bytes(pieces: list[str] = PIECES, magic: bytes = b"E5S1", block: int = 32) -> bytes:
    encoded = [piece.encode() for piece in pieces]
    offsets = [0]
    for piece in encoded:
        offsets.append(offsets[-1] + len(piece))
    head = magic + struct.pack("<I", 1)
    head += struct.pack("<7i", HIDDEN, LAYERS, HEADS, FFN, VOCAB, POSITIONS, TYPES)
    head += struct.pack("<f", 1e-12) + struct.pack("<2i", block, len(pieces))
    head += struct.pack("<4i", 0, 2, 1, 3) + struct.pack("<Q", offsets[-1])
    head += struct.pack(f"<{len(offsets)}I", *offsets)
    head += struct.pack(f"<{len(pieces)}f", *SCORES[: len(pieces)]) + b"".join(encoded)
    table = b"".join(
        struct.pack(f"<IB{len(to)}I", source, len(to), *to) for source, to in NORMALISER.items()
    )
    head += struct.pack("<iI", len(NORMALISER), len(table)) + table
    size = len(head) + 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in TENSORS)
    directory, data = struct.pack("<i", len(TENSORS)), b""
    for name, (kind, count, packed, _) in TENSORS.items():
        data += b"\0" * (-(size + len(data)) % 64)
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, size + len(data), len(packed))
        data += packed
    return head + directory + data


FILE = e5s1_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return converted(tmp_path)


def converted(where: Path, content: bytes = FILE) -> Path:
    (where / "x.bin").write_bytes(content)
    convert(where / "x.bin", where / "out", Silent())
    return where / "out"


def test_convert_weights_equal_those_worked_out_one_by_one(folder: Path) -> None:
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors")
    pooler = {"pooler.dense.weight", "pooler.dense.bias"}
    assert weights.keys() == {long for _, long, _ in names()} | pooler
    for name, long, shape in names():
        expected = np.array(TENSORS[name][3], np.float32).reshape(shape)
        np.testing.assert_array_equal(weights[long], expected, err_msg=long)
    assert all(array.dtype == np.float32 for array in weights.values())
    assert not any(weights[name].any() for name in pooler)


def test_dequantise_q4_0_one_block_by_hand() -> None:
    # scale 0.5; byte 0 is 0x9F: weight 0 is 15, weight 16 is 9; the others are 8, so zero
    packed = struct.pack("<e", 0.5) + bytes([0x9F] + [0x88] * 15)
    values = e5s1.dequantise_q4_0(packed, 32)
    assert values[0] == 3.5
    assert values[16] == 0.5
    assert np.count_nonzero(values) == 2


@pytest.mark.parametrize(("size", "count"), [(18, 31), (17, 32), (18, 64)])
def test_dequantise_q4_0_other_length_raises(size: int, count: int) -> None:
    with pytest.raises(ModelError, match="Q4_0"):
        e5s1.dequantise_q4_0(bytes(size), count)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("hello world", ["▁hello", "▁world"]),
        ("e\u0301te\u0301 été", ["▁été", "▁été"]),  # composed before anything else
        ("hello\u00a0world", ["▁hello", "▁world"]),  # by the file's table
        ("hello \u00a0  world ", ["▁hello", "▁world"]),  # one space, none at the end
        ("hel\u00adlo", ["▁hello"]),  # the table may remove
        ("a\uff21\ufb01", ["▁a", "A", "fi"]),
        ("a😀", ["▁a", "<unk>"]),
        ("", []),
    ],
)
def test_convert_tokenizer_normalises_then_splits(
    folder: Path, text: str, pieces: list[str]
) -> None:
    from tokenizers import Tokenizer

    encoded = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text)
    assert encoded.ids == [0, *(PIECES.index(piece) for piece in pieces), 2]


def test_convert_config_says_what_the_loaders_need(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    assert (config["vocab_size"], config["hidden_size"], config["num_hidden_layers"]) == (
        VOCAB,
        HIDDEN,
        LAYERS,
    )
    assert config["layer_norm_eps"] == 1e-12  # not the float32 nearest to it
    assert config["torch_dtype"] == "float32"
    assert config["transformers_version"]
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text())
    assert tokenizer["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert tokenizer["model_max_length"] == POSITIONS
    prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts["query"] == "query: "
    assert prompts["passage"] == "passage: "


def test_convert_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        folders.append(converted(tmp_path / name))
    first, second = (
        {p.relative_to(f).as_posix(): p.read_bytes() for p in f.rglob("*") if p.is_file()}
        for f in folders
    )
    assert first == second
    assert "1_Pooling/config.json" in first


def test_convert_files_are_readable_by_others(folder: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    probe = folder / "probe"
    probe.touch()
    assert modes == {stat.S_IMODE(probe.stat().st_mode)}


def test_convert_without_mask_raises(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no <mask>"):
        converted(tmp_path, e5s1_bytes(pieces=PIECES[:-1]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends at byte 0"),
        (e5s1_bytes(magic=b"GGUF"), "not an E5S1 file"),
        (FILE[:4] + b"\2" + FILE[5:], "not an E5S1 file"),
        (e5s1_bytes(block=64), "blocks of 64"),
        (FILE.replace(b"l1.fo.w", b"l1.xx.w"), "l1.fo.w is absent"),
        (FILE[:12] + struct.pack("<i", 2**30) + FILE[16:], "do not make"),
    ],
)
def test_convert_file_of_another_kind_raises(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        converted(tmp_path, content)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.02, 0.1, 0.5, 0.9, 0.9999])
def test_parse_file_cut_short_raises(share: float) -> None:
    with pytest.raises(ModelError):
        e5s1.parse(FILE[: int(len(FILE) * share)])


@settings(deadline=None, max_examples=300)
@given(at=st.integers(0, 3500), byte=st.integers(0, 255))
def test_parse_damaged_file_raises_nothing_but_model_error(at: int, byte: int) -> None:
    damaged = bytearray(FILE)
    damaged[at] = byte
    try:
        model = e5s1.parse(bytes(damaged))
        for name, _, shape in names():
            model.tensor(name, shape)
    except ModelError:
        pass
