"""Every error that euaiqa raises on purpose.

Each carries a message for a person and a hint that says what to do; neither ever
holds a stack trace. The command line prints both in one line, the web side turns
them into a problem document.

EuaiqaError
├── DocumentError        an article cannot be read (the others still are)
│   └── DocumentUnreadable   the file could not be read this time
├── AddingFailed         an article cannot be fetched, or not be put into the folder
├── IndexError_
│   ├── IndexMissing     there is no index yet
│   ├── IndexMismatch    it was built with another encoder, schema or segmenter
│   └── IndexBusy        another program is building it
├── ModelError
│   ├── ModelMissing     a model file is not in the cache
│   └── ModelFetchFailed no source gave the right bytes
├── GenerationError      llama.cpp refused or failed
├── QuestionTooLong      a question has more tokens than the model may be asked with
├── Busy                 the queue of readers is full
└── SettingsError        a setting or an option makes no sense
"""

from __future__ import annotations

from euaiqa.notice import NOTHING, Notice


class EuaiqaError(Exception):
    """Base of all: `message` says what is wrong, `hint` what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class DocumentError(EuaiqaError):
    """An article cannot be read; `document` is its path relative to the articles' folder.

    `reason` and `hint` are told on the operator's page, too, in the reader's language.
    """

    hint: Notice

    def __init__(self, document: str, reason: Notice, *, hint: Notice = NOTHING) -> None:
        super().__init__(f"{document}: {reason}", hint=hint)
        self.document = document
        self.reason = reason


class AddingFailed(EuaiqaError):
    """An article cannot be fetched from the web, or not be put into the articles' folder."""


class DocumentUnreadable(DocumentError):
    """The machine failed to read an article's file this time, or it was being written."""


class IndexError_(EuaiqaError):
    """Base of what can be wrong with an index."""


class IndexMissing(IndexError_):
    """There is no index where one is expected."""


class IndexMismatch(IndexError_):
    """The index was built with another encoder, schema or segmenter, or is damaged."""


class IndexBusy(IndexError_):
    """Another program is building the index."""


class ModelError(EuaiqaError):
    """Base of what can be wrong with a model file."""


class ModelMissing(ModelError):
    """A model file is not in the cache."""


class ModelFetchFailed(ModelError):
    """No source gave the bytes with the expected hash."""


class GenerationError(EuaiqaError):
    """The language model could not be loaded or failed while decoding."""


class QuestionTooLong(EuaiqaError):
    """A question has more tokens than the model may be asked with."""


class Busy(EuaiqaError):
    """Too many readers wait already; `retry_after` is in whole seconds."""

    def __init__(self, message: str, *, retry_after: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class SettingsError(EuaiqaError):
    """A setting or an option makes no sense."""
