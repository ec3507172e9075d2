"""The language model: a `Prompt` in, text or a probability out.

`contract` says what the pipeline needs; `llama` does it with llama.cpp.
"""

from euaiqa.generator.contract import Generator, Limits, never
from euaiqa.generator.llama import LlamaGenerator

__all__ = ["Generator", "Limits", "LlamaGenerator", "never"]
