"""What is read out of a reply's texts, as `web/static/pieces.js` reads it too.

Takes a reply or a passage; gives the notice of a partial one, and a passage in parts. It
writes no HTML.
"""

from __future__ import annotations

import re

from euaiqa.app.replies import AskReply, PassageOut

_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])*\s*")


def missing(reply: AskReply) -> str:
    """What a `partial` reply says after its last sentence and markers, else nothing."""
    if reply.status != "partial":
        return ""
    end = 0
    for sentence in reply.sentences:
        start = reply.answer.find(sentence.text, end)
        if start < 0:
            return ""
        end = start + len(sentence.text)
    return _MARKERS.sub("", reply.answer[end:], count=1)


def parts(passage: PassageOut) -> tuple[str, str, str]:
    """A passage's text before the sentence that matches the question, it, and after it."""
    match = passage.match
    if match is None:
        return passage.text, "", ""
    start, end = match.start - passage.start, match.end - passage.start
    return passage.text[:start], passage.text[start:end], passage.text[end:]
