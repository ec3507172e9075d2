"""The citations of one answer: a source sentence in, its marker out."""

from __future__ import annotations

from urllib.parse import quote as percent_encoded

from euaiqa.datamodels import Citation, Passage, Sentence


class Ledger:
    """Numbers quotes from 1 in order of first use; the same sentence keeps its number."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, in order of their markers."""
        return tuple(self._citations.values())

    def __len__(self) -> int:
        return len(self._citations)

    def forget(self, kept: int) -> None:
        """Take back all but the first `kept` citations: those of a sentence that is not told."""
        for key in list(self._citations)[kept:]:
            del self._citations[key]

    def cite(self, sentence: Sentence, passage: Passage) -> int:
        """The marker of a sentence that stands in a passage."""
        key = (sentence.document, sentence.start)
        if key not in self._citations:
            where = f"start={sentence.start}&end={sentence.end}#quote"
            self._citations[key] = Citation(
                marker=len(self._citations) + 1,
                document=sentence.document,
                title=passage.title,
                published=passage.published,
                language=passage.language,
                quote=sentence.text,
                start=sentence.start,
                end=sentence.end,
                url=f"/sources/{percent_encoded(sentence.document)}?{where}",
            )
        return self._citations[key].marker

    def of(self, markers: tuple[int, ...]) -> tuple[Citation, ...]:
        """The citations that markers stand for."""
        return tuple(self.citations[marker - 1] for marker in markers)
