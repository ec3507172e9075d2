"""Every question asked, one after the other, each answer judged as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from euaiqa.datamodels import DoneEvent
from euaiqa.errors import EuaiqaError
from euaiqa.evaluate.judge import Result, judge
from euaiqa.evaluate.questions import Question
from euaiqa.evaluate.report import Share, report
from euaiqa.evaluate.support import EncoderSupport, SupportTest
from euaiqa.pipeline import Pipeline


def evaluate(
    pipeline: Pipeline,
    questions: Iterable[Question],
    tell: Callable[[Result], None],
    test: SupportTest | None = None,
) -> list[Result]:
    """Ask every question and tell each result as it comes.

    Args:
        pipeline: what answers.
        questions: what to ask, in this order.
        tell: called with each result.
        test: whether quotes support a sentence; the pipeline's own encoder decides otherwise.

    Raises:
        EuaiqaError: an answer ended without being whole.
    """
    test = test or EncoderSupport(pipeline._encoder)
    results = []
    for question in questions:
        *_, last = pipeline.ask(question.question, history=question.history)
        if not isinstance(last, DoneEvent):
            raise EuaiqaError(f"the answer to {question.id} ended without being whole")
        results.append(judge(question, last.answer, pipeline.documents, test))
        tell(results[-1])
    return results


def summary(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """What was measured, as label and value: the report in short."""
    summed = report(results)
    for line in summed.lines:
        shares: tuple[tuple[str, Share | None], ...] = (("", line.all),)
        if line.key == "correct":
            shares = ((", fr", line.fr), (", en", line.en))
        for suffix, share in shares:
            if share:
                yield (
                    line.label + suffix,
                    f"{share.numerator}/{share.denominator} ({share.value:.0%})",
                )
    for time in summed.times:
        yield f"{time.stage}, median and p95", f"{time.median:.0f} ms, {time.p95:.0f} ms"
