"""Passages the model has read: computed once; hot in the context, warm in memory or on disk.

What the model computes for a passage after the fixed prefix (its KV cells) depends on no
question. The last passages that were asked for stay in the context; all of them, up to a
budget of bytes, are kept as files, or where there are none in memory, and are put back in
milliseconds, where computing one anew takes a second. Least recently used goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection

from euaiqa.generator.context import Bytes, Context, Run
from euaiqa.generator.files import CellFiles

PREFIX = 0  # the sequence that holds the prefix
STEP = 96  # tokens of a passage that are decoded before it is asked whether to go on


class PassageCells:
    """The cells of passages after one prefix, in sequences 1 to `hot` of a context.

    One more sequence, `hot` + 1, is used in passing.
    """

    def __init__(
        self,
        context: Context,
        *,
        hot: int,
        cells: int,
        max_bytes: int,
        files: CellFiles | None = None,
    ) -> None:
        """Keep passages of a context.

        Args:
            context: its sequences from 0 to `hot` + 1 are this object's.
            hot: how many passages stay in the context.
            cells: how many cells they may take there, the prefix's included.
            max_bytes: for those outside it; 28,672 bytes a token with the default model.
            files: where they are kept on disk too, if anywhere.
        """
        self._context = context
        self._max_hot = hot
        self._max_cells = cells
        self._max_bytes = max_bytes
        self._files = files
        self._text = ""  # the prefix that is in the context
        self._warm_after = ""  # the one that the passages outside it were read after
        self.prefix = 0  # the prefix's size
        # passage text -> (sequence, cells), least recently used first
        self._hot: OrderedDict[str, tuple[int, int]] = OrderedDict()
        # passage text -> (bytes, cells), least recently used first
        self._warm: OrderedDict[str, tuple[Bytes, int]] = OrderedDict()
        self._bytes = 0

    def start(self, prefix: str) -> bool:
        """Make sure that the context begins with a prefix; true when all was forgotten for it."""
        if prefix == self._text:
            return False
        if prefix != self._warm_after:
            self._warm.clear()
            self._bytes, self._warm_after = 0, prefix
        self.forget()
        tokens = self._context.vocabulary.tokens(prefix, control=True)
        self._context.decode([Run(tokens, 0, PREFIX)])
        self._text, self.prefix = prefix, len(tokens)
        return True

    def forget(self) -> None:
        """Forget what is in the context; what is kept outside it stays."""
        self._context.clear()
        self._hot.clear()
        self._text = ""

    @property
    def full(self) -> bool:
        """Whether another passage would push one out: of the disk, else of memory."""
        if self._files:
            return self._files.full
        usual = self._bytes / max(1, len(self._warm))
        return self._bytes + usual >= self._max_bytes

    def kept(self, passage: str) -> bool:
        """Whether a passage need not be computed."""
        if passage in self._hot or passage in self._warm:
            return True
        return self._files is not None and self._files.holds(self._text, passage)

    def place(
        self, passage: str, in_use: Collection[str], cancelled: Callable[[], bool]
    ) -> tuple[int, int] | None:
        """Make a passage hot.

        Args:
            passage: its text, as the model reads it.
            in_use: passages that must stay hot.
            cancelled: asked while the passage is computed.

        Returns:
            Its sequence, which holds the prefix too, and its size in cells; None when there is
            no room for it beside those in use, or when cancelled.
        """
        if passage in self._hot:
            self._hot.move_to_end(passage)
            if passage in self._warm:
                self._warm.move_to_end(passage)
            return self._hot[passage]
        data, size = self._kept(passage) or (None, 0)
        tokens = [] if size else self._context.vocabulary.tokens(passage, control=False)
        size = size or len(tokens)
        if not self._make_room(size, in_use):
            return None
        taken = {sequence for sequence, _ in self._hot.values()}
        sequence = next(s for s in range(1, self._max_hot + 1) if s not in taken)
        self._context.drop(sequence)
        if data is None or not self._context.restore(data, sequence):
            tokens = tokens or self._context.vocabulary.tokens(passage, control=False)
            self._context.drop(sequence)
            self._context.copy(PREFIX, sequence)
            for start in range(0, size, STEP):
                if cancelled():
                    self._context.drop(sequence)
                    return None
                part = tokens[start : start + STEP]
                self._context.decode([Run(part, self.prefix + start, sequence)])
            if data is None:
                self._keep(passage, self._own(sequence), size)
        else:
            self._context.copy(PREFIX, sequence)
        if passage in self._warm:
            self._warm.move_to_end(passage)
        self._hot[passage] = (sequence, size)
        return sequence, size

    def _make_room(self, size: int, in_use: Collection[str]) -> bool:
        while len(self._hot) >= self._max_hot or (
            self.prefix + sum(cells for _, cells in self._hot.values()) + size > self._max_cells
        ):
            oldest = next((text for text in self._hot if text not in in_use), None)
            if oldest is None:
                return False
            self._context.drop(self._hot.pop(oldest)[0])
        return True

    def _kept(self, passage: str) -> tuple[Bytes, int] | None:
        """A passage's cells, from memory or from disk."""
        if passage in self._warm:
            return self._warm[passage]
        return self._files.read(self._text, passage) if self._files else None

    def _own(self, sequence: int) -> Bytes:
        """A passage's own cells, without the prefix, copied out of the context."""
        passing = self._max_hot + 1
        self._context.drop(passing)
        self._context.copy(sequence, passing, self.prefix)
        data = self._context.saved(passing)
        self._context.drop(passing)
        return data

    def _keep(self, passage: str, data: Bytes, size: int) -> None:
        """Keep a passage's cells on disk; in memory where they are not kept there.

        What was written lately is in memory anyway: the system keeps files there.
        """
        if self._files and self._files.write(self._text, passage, data, size):
            return
        self._warm[passage] = (data, size)
        self._bytes += len(data)
        while self._bytes > self._max_bytes:
            _, (oldest, _) = self._warm.popitem(last=False)
            self._bytes -= len(oldest)
