"""Writing over one passage: languages, repairs, and what a hostile draft cannot get past."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.bilingual import foreign_words
from euaiqa.datamodels import DroppedEvent, Event, Language, Passage, SentenceEvent, TokenEvent
from euaiqa.generator import never
from euaiqa.ground import Ledger
from euaiqa.pipeline.answerability import Likely
from euaiqa.pipeline.listing import is_list, joined
from euaiqa.pipeline.writing import Writing
from fakes import ScriptedGenerator, passage_of, tools_of

SOURCE = passage_of(
    "La Commission a annoncé le plan Orion le 3 mars 2025.",
    "Le plan Orion mobilise 30 milliards d'euros pour les centres de calcul.",
    "Chaque centre recevra 50 000 processeurs.",
)
QUESTION = "Combien de processeurs chaque centre recevra-t-il ?"


def writing(
    generator: ScriptedGenerator,
    *,
    language: Language = "fr",
    passage: Passage = SOURCE,
    question: str = QUESTION,
    ledger: Ledger | None = None,
    likely: Likely | None = None,
    **options: object,
) -> Writing:
    tools = tools_of(generator)
    ledger = Ledger() if ledger is None else ledger
    likely = likely or tools.answerability(question, never).sentences(passage)
    return Writing(
        tools,
        question,
        language,
        passage,
        ledger,
        likely=likely,
        **options,  # type: ignore[arg-type]
    )


def dropped(events: Iterable[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, DroppedEvent)]


class Scripted(Likely):
    """Says how likely each of the passage's sentences answers."""

    known = True

    def __init__(self, *said: float) -> None:
        super().__init__(QUESTION, SOURCE, lambda: [0.9] * 3, ScriptedGenerator(), never)
        self.said = dict(enumerate(said))

    def of(self, places: Iterable[int]) -> float:
        return max((self.said[i] for i in places), default=0.0)

    def likeliest(self) -> int:
        return max(self.said, key=lambda i: self.said[i])

    def best(self) -> float:
        return max(self.said.values())


def written(*drafts: str, **options: object) -> list[tuple[str, str]]:
    job = writing(ScriptedGenerator(*drafts), **options)  # type: ignore[arg-type]
    list(job.events())
    return [(sentence.text, sentence.support) for sentence in job.proven]


def test_events_sentence_comes_as_soon_as_the_next_begins() -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards d'euros."
    job = writing(ScriptedGenerator(draft))
    events = list(job.events())
    assert "".join(e.text for e in events if isinstance(e, TokenEvent)) == draft
    places = [i for i, e in enumerate(events) if isinstance(e, SentenceEvent)]
    assert places[0] < len(events) - 2 and places[1] == len(events) - 1
    assert len(job.proven) == 2 and job.first_token > 0


def test_events_foreign_word_is_written_again_without_it() -> None:
    generator = ScriptedGenerator(
        "Chaque centre will receive 50 000 processeurs.", " recevra 50 000 processeurs."
    )
    job = writing(generator)
    list(job.events())
    first, again = generator.prompts
    assert (first.begun, first.avoid) == ("", ())
    assert (again.begun, again.avoid) == ("Chaque centre", ("will",))
    assert (again.passages, again.question, again.suffix) == (
        first.passages,
        first.question,
        first.suffix,
    )
    assert [s.text for s in job.proven] == ["Chaque centre recevra 50 000 processeurs."]
    assert job.proven[0].support == "supported"


def test_events_written_again_goes_on_after_the_sentences_before() -> None:
    generator = ScriptedGenerator(
        "Le plan Orion mobilise 30 milliards d'euros. Chaque centre will receive.",
        " recevra 50 000 processeurs.",
    )
    list(writing(generator).events())
    assert generator.prompts[1].begun == (
        "Le plan Orion mobilise 30 milliards d'euros. Chaque centre"
    )


def test_events_written_again_is_one_sentence() -> None:
    generator = ScriptedGenerator(
        "Chaque centre will receive 50 000 processeurs.",
        " recevra 50 000 processeurs. La Commission a annoncé le plan Orion le 3 mars 2025.",
    )
    job = writing(generator)
    list(job.events())
    assert [s.text for s in job.proven] == ["Chaque centre recevra 50 000 processeurs."]


def test_events_foreign_word_that_stays_gives_the_quote() -> None:
    mixed = "Chaque centre will receive 50 000 processeurs."
    assert written(mixed, " will receive 50 000 processeurs.") == [
        ("«\u00a0Chaque centre recevra 50 000 processeurs.\u00a0»", "extractive")
    ]


def test_events_foreign_word_is_tried_once() -> None:
    generator = ScriptedGenerator("Chaque centre will receive it.", " would get it.")
    list(writing(generator).events())
    assert len(generator.prompts) == 2


def test_events_amount_in_the_other_language_is_put_right() -> None:
    """Closed classes need no second draft: `milliards`, `mars`."""
    source = passage_of(
        "The Orion plan mobilises 30 milliards d'euros, it was said on 3 March 2025.",
        language="en",
    )
    draft = "The Orion plan mobilises 30 milliards d'euros, it was said on 3 mars 2025."
    assert written(draft, language="en", passage=source, question="How much?") == [
        ("The Orion plan mobilises 30 billion euros, it was said on 3 March 2025.", "supported")
    ]


def test_events_unfinished_last_sentence_is_left_out() -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards"
    assert [text for text, _ in written(draft)] == ["Chaque centre recevra 50 000 processeurs."]


def test_events_every_drafted_sentence_is_told_or_dropped() -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards"
    events = list(writing(ScriptedGenerator(draft)).events())
    told = [event.sentence.text for event in events if isinstance(event, SentenceEvent)]
    assert " ".join([*told, *dropped(events)]) == draft


def test_events_only_sentence_may_lack_its_full_stop() -> None:
    assert written("Chaque centre recevra 50 000 processeurs")


def test_events_what_was_said_in_another_part_is_not_repeated() -> None:
    said = {"Chaque centre recevra 50 000 processeurs."}
    assert not written("Chaque centre recevra 50 000 processeurs.", said=said)


def test_events_cancelled_proves_nothing_more() -> None:
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs.")
    job = writing(generator, cancelled=lambda: True)
    assert list(job.events()) == [] and generator.stopped_early


def test_quote_gives_the_sentence_nearest_to_the_question() -> None:
    job = writing(ScriptedGenerator(default=""))
    (event,) = job.quote()
    assert isinstance(event, SentenceEvent)
    assert event.sentence.support == "extractive" and "50 000" in event.sentence.text
    assert event.citations[0].quote == SOURCE.sentences[2].text
    assert list(job.quote()) == []  # told once


@pytest.mark.parametrize(
    ("language", "draft"),
    [
        ("fr", "Elon Musk a dit que chaque centre recevra 50 000 processeurs."),
        ("fr", "Chaque centre recevra 50 000 processeurs, selon Elon Musk."),
        ("fr", "Chaque centre recevra 50 000 processeurs de Nvidia."),
        ("fr", "Le plan Orion mobilise 30 milliards d'euros pour le Japon."),
        ("en", "Elon Musk said the plan Orion has 30 billion euros."),
    ],
)
def test_events_invented_name_is_dropped(language: Language, draft: str) -> None:
    assert written(draft, language=language) == []


PIECES = st.sampled_from(
    [
        "Chaque centre recevra",
        "Le plan Orion mobilise",
        "La Commission a annoncé le plan Orion le",
        "Each centre will receive",
        "pour les centres de calcul",
        "processeurs",
        "d'euros",
        "milliards d'euros",
        "million dollars",
        "%",
        "le 4 mars 2025",
        "en 2031",
        "on April 8, 2024",
        "deux cents",
        "selon Elon Musk",
        "[1]",
        "« 77 »",
        "“12 %”",
        ". ",
        ", soit",
        " ",
        "\n",
    ]
)
NUMBERS = st.one_of(
    st.integers(0, 10**12).map(str),
    st.decimals(0, 10**6, places=2, allow_nan=False).map(lambda n: str(n).replace(".", ",")),
    st.integers(0, 999).map(lambda n: f"{n} 000"),
)
HOSTILE = st.lists(st.one_of(PIECES, NUMBERS), min_size=1, max_size=14).map(" ".join)


@given(draft=HOSTILE, again=HOSTILE, language=st.sampled_from(["fr", "en"]))
def test_events_any_draft_gives_sentences_of_one_language_or_quotes(
    draft: str, again: str, language: Language
) -> None:
    ledger = Ledger()
    job = writing(ScriptedGenerator(draft, default=again), language=language, ledger=ledger)
    list(job.events())
    for sentence in job.proven:
        assert sentence.citations
        if sentence.support == "supported":
            assert not foreign_words(sentence.text, language)
        else:
            assert ledger.of(sentence.citations)[0].quote in sentence.text


def test_quote_in_the_other_language_is_translated() -> None:
    generator = ScriptedGenerator(default="Each centre will receive 50,000 processors.")
    job = writing(generator, language="en", question="How many processors for each centre?")
    (event,) = job.quote()
    assert isinstance(event, SentenceEvent)
    assert event.sentence.text == "Each centre will receive 50,000 processors."
    assert event.citations[0].quote == SOURCE.sentences[2].text


@pytest.mark.parametrize(
    "translated",
    [
        "Each centre will receive 60,000 processors.",
        "Each centre will not receive 50,000 processors.",
        "Nvidia will send each centre 50,000 processors.",
        "Chaque centre recevra 50 000 processeurs.",
        "",
    ],
)
def test_quote_whose_translation_is_not_faithful_stays_as_it_is(translated: str) -> None:
    job = writing(
        ScriptedGenerator(default=translated),
        language="en",
        question="How many processors for each centre?",
    )
    (event,) = job.quote()
    assert isinstance(event, SentenceEvent)
    assert event.sentence.support == "extractive"
    assert event.sentence.text == f"“{SOURCE.sentences[2].text}”"


def test_events_sentence_that_the_passage_does_not_say_is_not_told() -> None:
    draft = "Le plan Orion mobilise 30 milliards d'euros. Chaque centre recevra 50 000 processeurs."
    generator = ScriptedGenerator(
        draft, faith=lambda prompt: 0.2 if "50 000" in prompt.question else 0.95
    )
    job = writing(generator)
    events = list(job.events())
    assert [s.text for s in job.proven] == ["Le plan Orion mobilise 30 milliards d'euros."]
    assert dropped(events) == ["Chaque centre recevra 50 000 processeurs."]


def test_events_without_a_first_sentence_tell_no_second() -> None:
    """The first one answers; the second may be true and about something else."""
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards d'euros."
    generator = ScriptedGenerator(
        draft, faith=lambda prompt: 0.2 if "50 000" in prompt.question else 0.95
    )
    job = writing(generator)
    events = list(job.events())
    assert not job.proven and not job.answered
    assert dropped(events)[0] == "Chaque centre recevra 50 000 processeurs."
    assert [prompt.passages for prompt in generator.checks] == [generator.prompts[0].passages]


def test_events_sentence_told_before_counts_as_an_answer() -> None:
    told = "Le plan Orion mobilise 30 milliards d'euros."
    job = writing(ScriptedGenerator(told), said={told})
    list(job.events())
    assert not job.proven and job.answered


def test_events_without_a_first_sentence_do_not_wait_for_the_rest() -> None:
    draft = "Chaque centre recevra 50 000 processeurs. " + "Le plan Orion mobilise. " * 40
    generator = ScriptedGenerator(draft, faith=0.1)
    job = writing(generator)
    events = list(job.events())
    assert not job.proven and len(generator.checks) == 1
    assert len(events) < len(draft) / 5 / 2


def test_events_show_the_model_a_sentence_again() -> None:
    draft = "Chaque centre recevra 50 000 processeurs."
    for shown in (SOURCE.sentences[2], None):
        generator = ScriptedGenerator(draft)
        job = writing(generator, likely=Scripted(0.1, 0.1, 0.9), shown=shown)
        list(job.events())
        assert (SOURCE.sentences[2].text in generator.prompts[0].question) == bool(shown)
        assert [s.support for s in job.proven] == ["supported"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((0.1, 0.1, 0.6), True),
        ((0.1, 0.9, 0.6), True),  # both answer
        ((0.1, 0.1, 0.3), True),  # none answers more likely
        ((0.1, 0.9, 0.3), False),
    ],
)
def test_events_what_comes_first_rests_on_a_sentence_that_answers(
    said: tuple[float, float, float], told: bool
) -> None:
    """A sentence that is true and beside the question is not told."""
    ledger = Ledger()
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs.")
    job = writing(generator, likely=Scripted(*said), ledger=ledger)
    list(job.events())
    assert bool(job.proven) == job.answered == bool(ledger) == told


def test_events_what_comes_first_is_told_where_it_is_accepted() -> None:
    asked: list[float] = []

    def refuse(sentence: float) -> bool:
        asked.append(sentence)
        return False

    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs.")
    job = writing(generator, likely=Scripted(0.1, 0.1, 0.7), accept=refuse)
    list(job.events())
    assert not job.answered and asked == [0.7]


def test_events_what_comes_second_may_rest_on_any_sentence() -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards d'euros."
    job = writing(ScriptedGenerator(draft), likely=Scripted(0.1, 0.1, 0.9))
    list(job.events())
    assert len(job.proven) == 2


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        (
            "Combien de processeurs chaque centre recevra-t-il ?",
            "Chaque centre recevra processeurs.",
        ),
        ("Quand la Commission a-t-elle annoncé Orion ?", "La Commission a annoncé le plan Orion."),
    ],
)
def test_events_answer_without_what_is_asked_for_becomes_its_quote(
    question: str, draft: str
) -> None:
    ((text, support),) = written(draft, question=question)
    assert support == "extractive" and any(figure in text for figure in ("50 000", "3 mars 2025"))


@pytest.mark.parametrize(
    ("drafted", "told"),
    [
        (
            "1. Chaque centre recevra 50 000 processeurs. 2. Orion mobilise 30 milliards d'euros.",
            "Chaque centre recevra 50 000 processeurs; Orion mobilise 30 milliards d'euros.",
        ),
        (
            "Il y a deux points :\n- chaque centre recevra 50 000 processeurs\n- le plan Orion.",
            "Il y a deux points: chaque centre recevra 50 000 processeurs; le plan Orion.",
        ),
    ],
)
def test_joined_enumeration_is_one_sentence(drafted: str, told: str) -> None:
    assert is_list(drafted) and joined(drafted) == told


@pytest.mark.parametrize(
    "drafted",
    [
        "The reactor is in phase 1. The budget is 20 billion euros.",
        "Fees rise to 20. Staff is cut by 5.",
        "La part passe à 1. Puis à 3.",
    ],
)
def test_joined_sentences_that_end_in_numbers_are_no_list(drafted: str) -> None:
    assert not is_list(drafted)


def test_joined_item_that_was_cut_off_is_left_out() -> None:
    assert joined("1. Fees rise. 2. Staff is cut. 3. A ban on") == "Fees rise; Staff is cut."
