"""What is compared, and in which states.

- cold: nobody has read the question's passages; every system has read its own instructions.
- warm: a server that has run for a while: every question of the run was asked once before (by
  cold), its passages have been read since by who can keep them, and the question is in no
  cache. We read ahead (`Pipeline.warm`); a peer has what the question before it left in its
  prefix cache, as it comes.
- best: peers only, the most that their cache can do: the last prompt held the same passages in
  the same order, with another question. Compared with our warm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from benchmarks.questions import Question

State = Literal["cold", "best", "warm"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One question, answered by one system in one state.

    Attributes:
        corpus: name of the folder of articles.
        system: who answered.
        state: what had been read before.
        question: its id.
        first: seconds to the first token; None where the answer came at once, or none came.
        proven: seconds to the first sentence with its proof, of ours; None where there is none.
        whole: seconds to the end; None after an error.
        text: the answer.
        read: characters of source text that the model had before it for it.
        refused: ours said that the articles do not answer.
        unread: ours, warm: passages that turned out not to have been read ahead.
        error: what went wrong.
    """

    corpus: str
    system: str
    state: State
    question: str
    first: float | None = None
    proven: float | None = None
    whole: float | None = None
    text: str = ""
    read: int = 0
    refused: bool = False
    unread: int = 0
    error: str = ""


class System(Protocol):
    """One of those compared."""

    @property
    def name(self) -> str:
        """As tables call it."""

    @property
    def states(self) -> tuple[State, ...]:
        """Those it can be asked in."""

    @property
    def idle_cpu(self) -> float:
        """Seconds of processor time it used while it was not asked, so far."""

    def ask(self, question: Question, state: State) -> Sample:
        """Bring about the state, untimed, and answer the question, timed."""

    def close(self) -> None:
        """End; nothing is asked after it."""
