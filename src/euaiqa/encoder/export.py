"""Write the graph of a sentence-transformers folder: `python -m euaiqa.encoder.export FOLDER FILE`.

A program of its own, run by `graph` once for each folder; see there for inputs and outputs.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import torch
from sentence_transformers import SentenceTransformer


class Whole(torch.nn.Module):
    """BERT from the words' embeddings on, the mean over a text's tokens, and its direction."""

    def __init__(self, bert: Any) -> None:
        """Take over what sentence-transformers has loaded."""
        super().__init__()
        self.bert = bert

    def forward(self, words: Any, mask: Any) -> Any:
        """One vector for each text."""
        made = self.bert(inputs_embeds=words, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(made.dtype)
        return torch.nn.functional.normalize((made * kept).sum(1) / kept.sum(1), dim=1)


def main() -> None:
    """Write it."""
    folder, path = sys.argv[1:]
    loaded: Any = SentenceTransformer(
        folder,
        device="cpu",
        local_files_only=True,
        # operations that every onnxruntime knows
        model_kwargs={"attn_implementation": "eager"},
    )
    bert = loaded[0].auto_model.eval()
    axes = {
        0: torch.export.Dim("texts", min=1, max=1024),
        1: torch.export.Dim("tokens", min=2, max=bert.config.max_position_embeddings),
    }
    # any numbers of texts and tokens but 0 and 1, which the exporter would take for constants
    shown = (torch.zeros(3, 16, bert.config.hidden_size), torch.ones(3, 16, dtype=torch.long))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole(bert),
            shown,
            path,
            input_names=["words", "mask"],
            output_names=["vectors"],
            dynamic_shapes=(axes, axes),
            dynamo=True,
            external_data=False,
            verbose=False,
        )


if __name__ == "__main__":
    main()
