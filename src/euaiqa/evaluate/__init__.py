"""Answers judged without a judge, offline: questions with accepted patterns in, a report out.

Read in this order: `questions` (the rows), `run` (asks them), `support` (does a quote support a
sentence), `citations` (ALCE's rules), `judge` (one result), `measures`, `intervals` (bootstrap),
`report` (all summed up), `table`, `page` and `plots` (how it is shown). It measures; it tunes
nothing, and what it measures are patterns and quotes, not style or usefulness.
"""

from euaiqa.evaluate.judge import Result
from euaiqa.evaluate.page import page
from euaiqa.evaluate.questions import Question, read_all, read_questions
from euaiqa.evaluate.report import Report, report
from euaiqa.evaluate.run import evaluate, summary
from euaiqa.evaluate.table import print_report

__all__ = [
    "Question",
    "Report",
    "Result",
    "evaluate",
    "page",
    "print_report",
    "read_all",
    "read_questions",
    "report",
    "summary",
]
