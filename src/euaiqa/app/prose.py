"""What an answer's text says beside its sentences, as `web/static/render.js` reads it too.

Takes a reply; gives the notice of a partial one. It writes no HTML.
"""

from __future__ import annotations

import re

from euaiqa.app.replies import AskReply

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
