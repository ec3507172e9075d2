"""A follow-up made a question of its own, by code alone.

Takes a question with the turns before it and gives the question to search and answer. A
question that stands alone comes back as it is, byte for byte. The history is only read for
what the question means: plain text, cut short, never evidence and never an instruction.
Every word of what is written was asked or said, but for articles and question words.
"""

from __future__ import annotations

from collections.abc import Sequence

from euaiqa.datamodels import Turn
from euaiqa.language import detect
from euaiqa.pipeline.question.completing import complete
from euaiqa.pipeline.question.leaning import leans

MAX_TURN = 300  # characters of a turn that are read: its first sentence or two


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Make a follow-up understandable by itself.

    Args:
        question: as the reader typed it.
        history: earlier turns, oldest first.

    Returns:
        The question itself when it stands alone or nothing was said before; else a complete
        one; where none can be made, the reader's earlier question followed by this one.
    """
    language = detect(question)
    if not history or not leans(question, language):
        return question
    earlier, answer = _before(history)
    done = complete(question, earlier, answer, language)
    return done or (f"{earlier} {question.strip()}" if earlier else question)


def _before(history: Sequence[Turn]) -> tuple[str, str]:
    """The reader's last question, itself made complete, and what was answered to it."""
    earlier = answer = ""
    for turn in history:
        said = " ".join(turn.content.split())[:MAX_TURN]
        if turn.role == "assistant":
            answer = said
            continue
        language = detect(said)
        if earlier and leans(said, language):
            said = complete(said, earlier, answer, language) or f"{earlier} {said}"[-MAX_TURN:]
        earlier, answer = said, ""
    return earlier, answer
