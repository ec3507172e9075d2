"""The small files of a sentence-transformers folder for multilingual-e5-small.

The weights and the tokenizer come from elsewhere (the hub, or `convert_e5`); these
files only say how to read them, and are the same for both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from euaiqa.models.e5s1 import Shape

E5_SMALL = Shape(hidden=384, layers=12, heads=12, ffn=1536, vocab=250_037, positions=512, types=2)
_SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "sep_token": "</s>",
}
_MASK = {
    "content": "<mask>",
    "lstrip": True,
    "rstrip": False,
    "normalized": False,
    "single_word": False,
}
PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}


def write_small_files(folder: Path, shape: Shape) -> None:
    """Write every file but the weights and `tokenizer.json`, with fixed content."""
    for name, content in _small_files(shape).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")


def _small_files(shape: Shape) -> dict[str, Any]:
    module = "sentence_transformers.models."
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": shape.vocab,
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.ffn,
            "hidden_act": "gelu",
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": 1e-12,
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "initializer_range": 0.02,
            "position_embedding_type": "absolute",
            "pad_token_id": 1,
            # transformers 5 takes the dtype of the file unless told
            "torch_dtype": "float32",
            # without a version transformers 4.57 takes the folder for a Mistral and warns
            "transformers_version": "4.57.1",
        },
        "special_tokens_map.json": {**_SPECIAL, "mask_token": _MASK},
        "tokenizer_config.json": {
            **_SPECIAL,
            "mask_token": "<mask>",
            # the class that takes tokenizer.json as it is, in transformers 4 and 5
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "padding_side": "right",
            "truncation_side": "right",
            "clean_up_tokenization_spaces": False,
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": module + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": module + "Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": module + "Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
            "include_prompt": True,
        },
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
