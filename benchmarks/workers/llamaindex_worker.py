"""LlamaIndex's `CitationQueryEngine` as its documentation sets it up, over the same two models.

Its own defaults are kept: nodes of 1,024 tokens, cited in chunks of 512, three nodes a question,
its citation template, and `Llama`'s prefix cache. Set are what must be equal between all systems
(threads, context, temperature 0, longest answer), the model's chat format, and e5's prefixes. The
articles are whole files without metadata: with it, LlamaIndex would embed their paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.workers.lines import OTHER_QUESTION, OTHER_TEXT, Config, Request, serve

SUFFIXES = frozenset({".txt", ".md"})
TOP_K = 3  # of the documentation's example of the engine
PACKAGES = ("llama-index-core", "llama-index-llms-llama-cpp", "llama-index-embeddings-huggingface")


class Citing:
    """The articles in a `VectorStoreIndex`, and the engine over it."""

    def __init__(self, config: Config) -> None:
        import torch
        from llama_index.core import Document, VectorStoreIndex
        from llama_index.core.query_engine import CitationQueryEngine
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.llms.llama_cpp import LlamaCPP

        torch.set_num_threads(config["threads"])
        threads = {"n_threads": config["threads"], "n_threads_batch": config["threads"]}
        self._max_tokens = config["max_tokens"]
        self._llm: Any = LlamaCPP(
            model_path=config["model"],
            temperature=0.0,
            max_new_tokens=config["max_tokens"],
            context_window=config["context"],
            model_kwargs=threads,
            messages_to_prompt=_messages_to_prompt,
            completion_to_prompt=_completion_to_prompt,
            verbose=False,
        )
        encoder = HuggingFaceEmbedding(
            model_name=config["encoder"],
            query_instruction="query: ",
            text_instruction="passage: ",
            device="cpu",
        )
        index: Any = VectorStoreIndex.from_documents(
            [Document(text=text) for text in _texts(Path(config["articles"]))],
            embed_model=encoder,
        )
        self._engine: Any = CitationQueryEngine.from_args(
            index, llm=self._llm, similarity_top_k=TOP_K, streaming=True
        )
        self.versions = {package: version(package) for package in PACKAGES}
        self.read = 0

    def prepare(self, request: Request) -> None:
        """Read the instructions, or what the question retrieves, with another question."""
        from llama_index.core import QueryBundle
        from llama_index.core.schema import NodeWithScore, TextNode

        if request["before"] == "nothing":
            return
        nodes = [NodeWithScore(node=TextNode(text=OTHER_TEXT), score=1.0)]
        if request["before"] == "passages":
            nodes = self._engine.retrieve(QueryBundle(request["question"]))
        self._llm.generate_kwargs["max_tokens"] = 1
        try:
            for _ in _pieces(self._engine.synthesize(QueryBundle(OTHER_QUESTION), nodes)):
                pass
        finally:
            self._llm.generate_kwargs["max_tokens"] = self._max_tokens

    def answer(self, request: Request) -> Iterator[str]:
        """Retrieve and answer; the request's passages are not looked at."""
        response = self._engine.query(request["question"])
        yield from _pieces(response)
        self.read = sum(len(node.node.get_content()) for node in response.source_nodes)


def _pieces(response: Any) -> Iterator[str]:
    """The text of a response, as it comes where it is streamed."""
    pieces = getattr(response, "response_gen", None)
    if pieces is None:
        yield str(response)
    else:
        yield from pieces


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            yield path.read_text(encoding="utf-8")


def _messages_to_prompt(messages: Sequence[Any]) -> str:
    """ChatML, the format of the model."""
    turns = [f"<|im_start|>{m.role.value}\n{m.content}<|im_end|>\n" for m in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def _completion_to_prompt(completion: str) -> str:
    return f"<|im_start|>user\n{completion}<|im_end|>\n<|im_start|>assistant\n"


if __name__ == "__main__":
    serve(Citing)
