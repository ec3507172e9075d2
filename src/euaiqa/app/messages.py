"""The strings that are in no template: what the page's script fills in, and advice on errors.

English, the keys of the catalogue; `N_` and `NN_` only mark them for its extraction. Those
in braces are filled by the script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Advice:
    """What went wrong and what the reader can do about it."""

    title: str
    advice: str


def N_(message: str) -> str:
    """Mark a string for translation."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark a string with a plural for translation."""
    return one, many


STRINGS: Final = {
    "answered": N_("Every sentence is proven by a quote"),
    "partial": N_("Part of the question is not covered by the articles"),
    "refused": N_("The articles do not say"),
    "again": N_("Ask again"),
    "copied": N_("Copied."),
    "delete_all": N_("Delete all"),
    "delete_one": N_("Delete the conversation “{title}”"),
    "judged": N_("Your verdict is kept."),
    "left_out": N_("left out"),
    "loading": N_("The articles and the models are being loaded. Your question is asked then."),
    "not_copied": N_("It could not be copied: the browser does not allow it here."),
    "not_judged": N_("It could not be kept. Try again."),
    "stop_first": N_("An answer is being written. Stop it first."),
    "sure": N_("Delete all for good?"),
    "beside": N_("(opens beside the answer)"),
    "checking": N_("Checking each sentence against its source…"),
    "english": N_("English"),
    "follow_up": N_("Ask something else"),
    "french": N_("French"),
    "near": N_("The nearest passages"),
    "noted": N_("The note is kept. Thank you."),
    "placeholder": N_("Ask in French or in English"),
    "stopped_early": N_("Stopped before anything was proven."),
    "sure_one": N_("Delete?"),
    "place": N_("Quote {at} of {all}"),
    "read": N_("Passages found"),
    "searching": N_("Looking through the articles…"),
    "seconds": N_("{seconds} s"),
    "source": N_("Open quote {marker} in the article"),
    "stopped": N_("Stopped. What is shown had been checked; it is not kept."),
    "undated": N_("undated"),
    "waiting": N_("Other readers are being answered first. Your place: {place}"),
    "writing": N_("Writing…"),
}

PLURALS: Final = {
    "proven": NN_(
        "Answer ready: {n} sentence, proven by a quote.",
        "Answer ready: {n} sentences, each proven by a quote.",
    ),
    "questions": NN_("{n} question", "{n} questions"),
    "reading": NN_("Reading {n} passage…", "Reading {n} passages…"),
}

STEPS: Final = {
    "reading files": N_("Reading files"),
    "comparing articles": N_("Comparing articles"),
    "cutting into passages": N_("Cutting into passages"),
    "embedding texts": N_("Embedding texts"),
    "making vectors searchable": N_("Making vectors searchable"),
    "making words searchable": N_("Making words searchable"),
    "checking": N_("Checking"),
}
"""What `operations.Progress` calls the steps of a build."""

ERRORS: Final = {
    "network": Advice(
        N_("No answer from the server"),
        N_("Check that euaiqa is still running, then ask again."),
    ),
    "queue-full": Advice(
        N_("Others are being answered"),
        N_("Too many questions are waiting already. Ask again in a moment."),
    ),
    "not-ready": Advice(N_("Still loading"), N_("Ask again in a few seconds.")),
    "unavailable": Advice(
        N_("Questions cannot be answered"),
        N_("Something is missing on the server; the line below says what to do."),
    ),
    "invalid": Advice(
        N_("The question cannot be taken"),
        N_("Write between 1 and 1,000 characters, then ask again."),
    ),
    "address": Advice(
        N_("This address cannot be read"),
        N_("Part of it is not as this page writes it. Open the list and choose from there."),
    ),
    "too-large": Advice(
        N_("The conversation is too long"), N_("Start a new conversation and ask again.")
    ),
    "not-found": Advice(
        N_("There is nothing here"),
        N_("The article may have been removed. The list shows those that there are."),
    ),
    "key-needed": Advice(
        N_("The operator’s key is needed"),
        N_("Open this page again, and give the key as the password. Any user name will do."),
    ),
    "wrong-key": Advice(
        N_("Wrong key"), N_("Open this page again, and give the key that the server was given.")
    ),
    "too-many-keys": Advice(
        N_("Too many wrong keys"), N_("Wait a minute, then open this page again.")
    ),
    "admin-off": Advice(
        N_("This page is off"),
        N_("Whoever runs the server can set a key in EUAIQA_ADMIN_KEY and start it again."),
    ),
    "foreign-origin": Advice(
        N_("Refused"), N_("The question came from another site. Ask it from this page.")
    ),
    "wrong-host": Advice(N_("Refused"), N_("Open this page as http://localhost.")),
    "method-not-allowed": Advice(N_("Refused"), N_("Go back to the question and ask from there.")),
    "internal": Advice(
        N_("Something failed"), N_("Ask again. If it fails again, the server’s log says why.")
    ),
}
"""By the kind of problem, see `problems.TITLES`; `address` is `invalid` where only one was sent."""
