"""Understanding a question: what it leans on, which questions it holds, what it asks for."""

from euaiqa.pipeline.question.asked import Kind, asks_for
from euaiqa.pipeline.question.leaning import leans
from euaiqa.pipeline.question.parts import parts
from euaiqa.pipeline.question.rewriting import standalone

__all__ = ["Kind", "asks_for", "leans", "parts", "standalone"]
