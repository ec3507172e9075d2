"""Samples summed up: medians, 95th percentiles and ratios, as a section of a Markdown file.

Takes samples, gives text; errors, refusals and empty answers are counted beside the times. A
ratio compares the medians over the questions that both systems answered without an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks import machine
from benchmarks.systems import Sample, State

OURS = "euaiqa"
# What a peer's state is compared with, of ours.
PAIRED: dict[State, State] = {"cold": "cold", "warm": "warm", "best": "warm"}
LABELS: dict[State, str] = {"cold": "cold", "warm": "warm", "best": "best case of the peers"}
SHOWN_ERRORS = 3
STATES = """\
- **cold**: nobody has read the question's passages; every system has read its own instructions.
- **warm**: a server that has run for a while. Every question of the run was asked once before, and
  none is in a cache. euaiqa has read the passages ahead, as its server does when idle (all of a
  small folder; of a large one those that the question needs). A peer has what the question
  before it left in llama.cpp's prefix cache, as it comes.
- **best case of the peers**: the last prompt held the very same passages in the same order, with
  another question. Beside it stands euaiqa warm.

First token: the first text that a reader sees, for euaiqa of its draft, not proven yet; where it
refuses without writing, that is its whole answer. Whole answer: for euaiqa with the proof of every
sentence, the search for disagreements and the translation of quotes. The clock of each system runs
in its own process, the others sleep. llama.cpp alone is given the three passages that euaiqa
retrieves first, so its times hold no retrieval. This compares speed, not answers."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What the run was.

    Attributes:
        date: of the run, ISO.
        machine: processor and cores.
        load: of the machine before the run; None where unknown.
        versions: by package.
        setup: model, threads, longest answer, in words.
        corpora: name to a description.
        idle_cpu: seconds of processor time that systems used while they were not asked.
        seconds: that the run took.
    """

    date: str
    machine: str
    load: float | None
    versions: Mapping[str, str]
    setup: str
    corpora: Mapping[str, str]
    idle_cpu: Mapping[str, float]
    seconds: float


def section(samples: Sequence[Sample], ran: Ran) -> str:
    """The whole section."""
    versions = ", ".join(f"{name} {number}" for name, number in ran.versions.items())
    load = "" if ran.load is None else f", load {ran.load:.1f} before it"
    idle = ", ".join(f"{name} {spent:.1f} s" for name, spent in ran.idle_cpu.items())
    parts = [
        "## Compared with other ways over the same model",
        f"Measured on {ran.date} by `{machine.command()}` in {ran.seconds / 60:.0f} min "
        f"on {ran.machine}{load}. {ran.setup} {versions}. The same questions for every system, in "
        "one run, system by system for each question, in turning order.",
        STATES,
    ]
    if idle:
        parts.append(
            f"Processor time while not asked, over the whole run: {idle} (euaiqa's process is also "
            "the one that asks and writes this down)."
        )
    for corpus, description in ran.corpora.items():
        own = [sample for sample in samples if sample.corpus == corpus]
        if own:
            parts += [f"### {description}", *_corpus(own)]
    return "\n\n".join(parts)


def _corpus(samples: Sequence[Sample]) -> list[str]:
    systems = list(dict.fromkeys(s.system for s in sorted(samples, key=lambda s: s.system != OURS)))
    states = [state for state in PAIRED if any(s.state == state for s in samples)]
    peers = [system for system in systems if system != OURS]
    times = [["median (p95), seconds", *systems]]
    ratios = [["euaiqa / peer", *peers]]
    answers = [["answers", *systems]]
    for state in states:
        chosen = {system: _of(samples, system, state) for system in systems}
        for label, seconds in (("first token", _first), ("whole answer", _whole)):
            name = f"{LABELS[state]}, {label}"
            times.append([name, *(_spread(chosen[system], seconds) for system in systems)])
            ratios.append([name, *(_ratio(chosen[OURS], chosen[p], seconds) for p in peers)])
        if state == PAIRED[state]:
            proven = [
                "–" if system != OURS else _spread(chosen[OURS], _proven) for system in systems
            ]
            times.append([f"{LABELS[state]}, first proven sentence", *proven])
            answers.append([LABELS[state], *(_counts(chosen[system]) for system in systems)])
    return [_table(times), _table(ratios), _table(answers), *_troubles(samples)]


def _of(samples: Sequence[Sample], system: str, state: State) -> list[Sample]:
    wanted = PAIRED[state] if system == OURS else state
    return [s for s in samples if s.system == system and s.state == wanted]


def _whole(sample: Sample) -> float | None:
    """Seconds to the end; None after an error."""
    return None if sample.error else sample.whole


def _first(sample: Sample) -> float | None:
    """Seconds to the first text; None where there never was any."""
    if sample.error or not sample.text.strip():
        return None
    return sample.whole if sample.first is None else sample.first


def _proven(sample: Sample) -> float | None:
    """Seconds to the first sentence with its proof; None where there is none."""
    return None if sample.error else sample.proven


def _spread(samples: Sequence[Sample], seconds: Callable[[Sample], float | None]) -> str:
    known = [value for s in samples if (value := seconds(s)) is not None]
    if not known:
        return "–"
    median, p95 = np.percentile(known, [50, 95])
    return f"{median:.1f} ({p95:.1f})"


def _ratio(
    ours: Sequence[Sample], peer: Sequence[Sample], seconds: Callable[[Sample], float | None]
) -> str:
    """The ratio of the medians, and how often ours was faster."""
    theirs = {s.question: value for s in peer if (value := seconds(s)) is not None}
    pairs = [
        (value, theirs[s.question])
        for s in ours
        if (value := seconds(s)) is not None and s.question in theirs
    ]
    if not pairs:
        return "–"
    mine, other = np.median(np.array(pairs), axis=0)
    faster = sum(a < b for a, b in pairs)
    return f"{mine / other:.2f}, faster in {faster} of {len(pairs)}"


def _counts(samples: Sequence[Sample]) -> str:
    """How many, what kind, and how long."""
    good = [s for s in samples if not s.error]
    if not good:
        return f"0 of {len(samples)}"
    counts = {
        "refused": sum(s.refused for s in good),
        "empty": sum(not s.text.strip() for s in good),
        "errors": len(samples) - len(good),
        "passages not read ahead": sum(s.unread for s in good),
    }
    told = [f"{what} {count}" for what, count in counts.items() if count]
    told.append(f"{np.median([len(s.text) for s in good]):,.0f} characters")
    told.append(f"{np.median([s.read for s in good]):,.0f} of sources")
    return f"{len(good)} of {len(samples)}: " + ", ".join(told)


def _troubles(samples: Sequence[Sample]) -> list[str]:
    """The errors, the most frequent ones of each system."""
    found = Counter((s.system, " ".join(s.error.split())) for s in samples if s.error)
    lines = [f"- {name}, {n} times: `{error}`" for (name, error), n in found.most_common()]
    if len(lines) > SHOWN_ERRORS:
        lines = [*lines[:SHOWN_ERRORS], f"- and {len(lines) - SHOWN_ERRORS} other errors"]
    return ["Errors:\n\n" + "\n".join(lines)] if lines else []


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])
