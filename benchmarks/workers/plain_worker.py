"""llama-cpp-python alone: given passages in one prompt, streamed, with the prefix cache it has.

Takes the passages from outside, so its times hold no retrieval. Its cache is `Llama`'s own: what
the last prompt and this one begin with alike is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from benchmarks.workers.lines import OTHER_QUESTION, OTHER_TEXT, Config, Request, serve

# Passages before the question, so that the cache can hold them.
SYSTEM = (
    "You answer questions about press articles faithfully and briefly: in one to three complete "
    "sentences, using only the extracts, in the language of the question. If the extracts do not "
    "hold the answer, say so."
)


class Plain:
    """One `Llama` and its chat."""

    def __init__(self, config: Config) -> None:
        from llama_cpp import Llama

        self._max_tokens = config["max_tokens"]
        self._llama: Any = Llama(
            model_path=config["model"],
            n_ctx=config["context"],
            n_threads=config["threads"],
            n_threads_batch=config["threads"],
            verbose=False,
        )
        self.versions = {"llama-cpp-python": version("llama-cpp-python")}
        self.read = 0

    def prepare(self, request: Request) -> None:
        """Read the instructions, or the question's passages, with another question."""
        if request["before"] == "nothing":
            return
        same = request["before"] == "passages"
        passages = request["passages"] if same else [OTHER_TEXT]
        for _ in self._chat(passages, OTHER_QUESTION, 1):
            pass

    def answer(self, request: Request) -> Iterator[str]:
        """Answer from the request's passages."""
        self.read = sum(map(len, request["passages"]))
        yield from self._chat(request["passages"], request["question"], self._max_tokens)

    def _chat(self, passages: Sequence[str], question: str, max_tokens: int) -> Iterator[str]:
        extracts = "\n\n".join(f"Extract {n}:\n{text}" for n, text in enumerate(passages, 1))
        chunks = self._llama.create_chat_completion(
            messages=[
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": f"{extracts}\n\nQuestion: {question}"},
            ],
            temperature=0.0,
            max_tokens=max_tokens,
            stream=True,
        )
        for chunk in chunks:
            yield chunk["choices"][0]["delta"].get("content") or ""


if __name__ == "__main__":
    serve(Plain)
