"""Understanding a question: what it leans on, and which questions it holds."""

from euaiqa.pipeline.question.parts import parts
from euaiqa.pipeline.question.rewriting import standalone

__all__ = ["parts", "standalone"]
