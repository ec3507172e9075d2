from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

import euaiqa.pipeline as pipelines
from euaiqa.cli import app
from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Citation,
    Disagreement,
    DisagreementValue,
    Language,
    Timings,
    Turn,
)
from euaiqa.errors import EuaiqaError, SettingsError
from euaiqa.evaluate import (
    Question,
    Report,
    Result,
    evaluate,
    page,
    print_report,
    read_all,
    read_questions,
    report,
    summary,
)
from euaiqa.evaluate import intervals as bootstrap
from euaiqa.evaluate.citations import judge_sentences
from euaiqa.evaluate.judge import judge
from euaiqa.evaluate.plots import histogram
from euaiqa.evaluate.support import FLOORS, EncoderSupport, Quote, own_words, unheld
from euaiqa.ground import Grounding
from euaiqa.pipeline import Pipeline
from fakes import HashEncoder, ScriptedGenerator
from fakes_pipeline import (
    ACT,
    ENGLISH,
    FORCE,
    FRENCH,
    INVEST,
    FakePipeline,
    answering,
    cite,
    events_of,
)

ROWS = [
    {
        "id": "a",
        "language": "fr",
        "question": "Combien de processeurs chaque centre recevra-t-il ?",
        "accept": ["50 000"],
    },
    {
        "id": "b",
        "language": "fr",
        "question": "Combien de processeurs recevra chaque centre ?",
        "accept": ["70 000"],
    },
    {"id": "c", "language": "en", "question": "Zucchini basil parmesan?", "unanswerable": True},
]


class Supporting:
    """A support test by table: any of the given sets of quotes supports every sentence."""

    def __init__(self, *sets: str) -> None:
        self.sets = [set(names) for names in sets]

    def supports(self, sentence: str, language: Language, quotes: Sequence[Quote]) -> bool:
        return any(names <= {q.text for q in quotes} for names in self.sets)


EVERYTHING = SimpleNamespace(supports=lambda sentence, language, quotes: bool(quotes))


def written(tmp_path: Path, *rows: object, name: str = "questions.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def row(**fields: object) -> Question:
    given = {"id": "q", "language": "fr", "question": "Combien pour les gigafactories ?", **fields}
    return Question.model_validate(given)


def quoting(text: str, *quotes: str, language: Language = "fr") -> Answer:
    """An answer of one sentence with quotes that stand for themselves."""
    citations = tuple(
        Citation(i, "d.txt", "t", None, language, quote, 0, len(quote), "")
        for i, quote in enumerate(quotes, 1)
    )
    sentence = AnswerSentence(text, tuple(c.marker for c in citations), "supported")
    plain = answering("?", [(text, [])], language=language)
    return dataclasses.replace(plain, sentences=(sentence,), citations=citations)


def judged(question: Question, answer: Answer, test: object = EVERYTHING) -> Result:
    documents = {d.id: d for d in (INVEST, ACT)}
    return judge(question, answer, documents, test)  # type: ignore[arg-type]


# Question files


def test_evaluate_tells_right_from_wrong(tmp_path: Path, pipeline: Callable[..., Pipeline]) -> None:
    said = "Chaque centre recevra 50\u202f000 processeurs."
    asked = pipeline(ScriptedGenerator(yes=0.99, default=said))
    seen: list[Result] = []
    results = evaluate(asked, read_questions(written(tmp_path, *ROWS)), seen.append)
    assert [r.correct for r in results] == [True, False, True]
    assert [r.verdict for r in results] == ["right", "wrong", "right"]
    assert all(r.cited and r.exact for r in results)
    assert seen == results
    told = dict(summary(results))
    assert told["correct, fr"] == "1/2 (50%)"
    assert told["missed refusals"] == "0/1 (0%)"
    assert told["exact quotes"] == "2/2 (100%)"
    assert "correct, en" not in told


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "language": "fr", "question": "Qui ?"},
        {**ROWS[0], "unanswerable": True},
        {**ROWS[0], "corrected": ["x"]},
        {**ROWS[0], "accept": ["("]},
        {**ROWS[0], "acept": ["x"]},
        {**ROWS[0], "disagreement": ["x"]},
        {**ROWS[0], "language": "de"},
        {**ROWS[0], "question": " "},
        {**ROWS[0], "history": [{"role": "system", "content": "x"}]},
        {"language": "fr"},
        ["not a question"],
    ],
)
def test_read_questions_wrong_row_is_a_clear_error(tmp_path: Path, row: object) -> None:
    with pytest.raises(SettingsError, match=r"questions\.jsonl, line 2"):
        read_questions(written(tmp_path, {**ROWS[0], "id": "first"}, row))


def test_read_questions_unreadable_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.jsonl"):
        read_questions(tmp_path / "nowhere.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(SettingsError, match=r"latin\.jsonl"):
        read_questions(tmp_path / "latin.jsonl")


def test_read_all_joins_filters_and_refuses_one_id_twice(tmp_path: Path) -> None:
    first = written(tmp_path, *ROWS, name="1.jsonl")
    second = written(tmp_path, {**ROWS[0], "id": "d", "kind": "date"}, name="2.jsonl")
    assert [q.id for q in read_all([first, second])] == ["a", "b", "c", "d"]
    assert [q.id for q in read_all([first, second], limit=2)] == ["a", "b"]
    assert [q.id for q in read_all([first, second], kinds=["date"])] == ["d"]
    with pytest.raises(SettingsError, match="id of two questions"):
        read_all([first, first])
    with pytest.raises(SettingsError, match="no question"):
        read_all([first], kinds=["date"])


OUR_OWN = [
    ("questions_tune.jsonl", "articles"),
    ("questions_test.jsonl", "articles"),
    ("wider/a_questions.jsonl", "wider/articles"),
    ("wider/b_questions.jsonl", "wider/articles"),
]


@pytest.mark.parametrize(("name", "articles"), OUR_OWN)
def test_read_questions_reads_our_own(name: str, articles: str) -> None:
    data = Path(__file__).parent / "data"
    questions = read_questions(data / name)
    assert len(questions) >= 36
    folders = (data / articles, data.parent.parent / "seeds")
    texts = {path.name: path.read_text() for folder in folders for path in folder.iterdir()}
    for question in questions:
        held = [texts[document] for document in question.documents]
        assert all(any(gold in text for text in held) for gold in question.gold), question.id


def test_questions_for_reading_hold_gold_of_their_articles() -> None:
    data = Path(__file__).parent / "data/reading"
    rows = [json.loads(line) for line in (data / "questions.jsonl").read_text().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == 390
    for row in rows:
        texts = [(data / "articles" / name).read_text() for name in row["documents"]]
        assert bool(row["gold"]) == bool(texts) == (not row.get("unanswerable")), row["id"]
        assert all(any(gold in text for text in texts) for gold in row["gold"]), row["id"]


# ALCE's rules, by hand


@pytest.mark.parametrize(
    ("cited", "supporting", "recalled", "precise"),
    [
        ("a", ["a"], True, 1),
        ("a", [], False, 0),  # unsupported: no citation of it is precise
        ("ab", ["a"], True, 1),  # b alone does not, and a without b still does
        ("ab", ["a", "b"], True, 2),  # each alone does: neither is needless
        ("ab", ["ab"], True, 2),  # only together: neither can go
        ("abc", ["ab"], True, 2),  # c can go
        ("abc", ["a", "bc"], True, 1),  # b and c: alone no, and the others hold a
        ("abc", ["ab", "bc", "ac"], True, 0),  # any two do, so each one could go
        ("abc", ["d"], False, 0),
        ("", ["a"], False, 0),
    ],
)
def test_judge_sentences_follows_alce(
    cited: str, supporting: list[str], recalled: bool, precise: int
) -> None:
    (verdict,) = judge_sentences(quoting("Une phrase.", *cited), Supporting(*supporting))
    assert (verdict.recalled, verdict.precise) == (recalled, precise)
    assert verdict.citations == len(cited)


def test_judge_sentences_marker_without_a_citation_is_imprecise() -> None:
    answer = quoting("Une phrase.", "a")
    sentence = AnswerSentence("Une phrase.", (1, 7), "supported")
    answer = dataclasses.replace(answer, sentences=(sentence,))
    (verdict,) = judge_sentences(answer, Supporting("a"))
    assert (verdict.recalled, verdict.citations, verdict.precise) == (True, 2, 1)
    assert not judged(row(accept=["phrase"]), answer).cited


def test_report_citation_measures_sum_sentences_over_questions() -> None:
    """Recall (1 + 0) / 2; precision (1 of 2) + (0 of 1) = 1 / 3."""
    right = judged(row(accept=["x"]), quoting("Une phrase.", "a", "b"), Supporting("a"))
    wrong = judged(row(accept=["x"]), quoting("Une phrase.", "c"), Supporting("a"))
    found = report([right, wrong])
    recall, precision = found.line("citation_recall").all, found.line("citation_precision").all
    assert recall and (recall.numerator, recall.denominator) == (1, 2)
    assert precision and (precision.numerator, precision.denominator) == (1, 3)


# The support test and what a sentence says in its own words

FR = Quote("Le plan Orion mobilise 30 milliards d'euros pour les centres de calcul.", "fr")
EN = Quote("Each centre will get 50,000 processors from the Orion plan.", "en")


def test_support_needs_every_figure_whatever_the_words() -> None:
    test = EncoderSupport(HashEncoder())
    said = "Le plan Orion mobilise {} milliards d'euros pour des centres de calcul."
    assert test.supports(said.format(30), "fr", [FR])
    assert not test.supports(said.format(40), "fr", [FR])
    assert not test.supports(said.format(30), "fr", [])


def test_support_needs_the_same_subject() -> None:
    test = EncoderSupport(HashEncoder())
    assert not test.supports("La météo sera clémente demain sur toute la côte.", "fr", [FR])


@given(
    st.lists(st.sampled_from([FR, EN, Quote(FORCE, "en")]), min_size=1, max_size=4),
    st.sampled_from([FR, EN, Quote(FORCE, "en")]),
    st.sampled_from([FR.text, EN.text, "Orion mobilise 30 milliards d'euros.", "It is late."]),
    st.sampled_from(["fr", "en"]),
)
@settings(deadline=None)
def test_support_is_never_lost_by_a_further_quote(
    quotes: list[Quote], more: Quote, said: str, language: Language
) -> None:
    test = EncoderSupport(HashEncoder())
    if test.supports(said, language, quotes):
        assert test.supports(said, language, [*quotes, more])


def test_support_floors_cover_every_pair_of_languages() -> None:
    assert set(FLOORS) == {(a, b) for a in ("fr", "en") for b in ("fr", "en")}


def test_support_embeds_each_text_once() -> None:
    encoder = HashEncoder()
    test = EncoderSupport(encoder)
    for _ in range(3):
        test.supports("Orion mobilise trente milliards d'euros.", "fr", [FR, EN])
    assert len(encoder.encoded) == len(set(encoder.encoded))


@pytest.mark.parametrize(
    ("sentence", "own"),
    [
        ("Il dit « mobilise 30 milliards » hier.", "Il dit   hier."),
        ("« Le plan Orion  mobilise 30 milliards d'euros pour les centres de calcul. »", ""),
        ("“Le plan Orion mobilise 30 milliards d'euros pour les centres de calcul.”", ""),
        ("Le plan Orion mobilise 30 milliards d'euros [3] pour les centres de calcul.", ""),
        ("Il dit « mobilise 40 milliards ».", "Il dit « mobilise 40 milliards »."),  # no quote
        ("Il dit « milli ».", "Il dit « milli »."),  # not whole words
    ],
)
def test_own_words_leaves_out_only_what_a_quote_holds(sentence: str, own: str) -> None:
    assert own_words(sentence, [FR]) == own


def test_unheld_counts_own_figures_and_those_in_quotation_marks() -> None:
    assert not unheld("Orion: €30 billion.", "en", [FR])
    assert len(unheld("Orion: €31 billion in 2025.", "en", [FR])) == 2
    assert len(unheld("He said “31 billion euros”.", "en", [FR])) == 1
    bare = Quote("20 milliards seront investis.", "fr")
    assert not unheld("20 billion will be invested.", "en", [bare])
    assert len(unheld("20 billion dollars will be invested.", "en", [bare])) == 1
    # `1,5 million` in a French quote inside an English answer is one and a half
    french = Quote("Le fonds compte 1,5 million d'euros.", "fr")
    assert not unheld("“Le fonds compte 1,5 million d'euros.”", "en", [french])


# One result


def test_result_correct_needs_all_patterns_in_plain_lower_case() -> None:
    assert judged(row(accept=["20 milliards", "100 000 puces"]), FRENCH).correct
    assert not judged(row(accept=["20 milliards", "100 001 puces"]), FRENCH).correct
    narrow = quoting("Cela fait 20\u202fMILLIARDS.", "a")
    assert judged(row(accept=["20 milliards"]), narrow).correct


def test_result_refusal_is_false_missed_or_right() -> None:
    refused = answering("?", [])
    assert judged(row(accept=["ne"]), refused).verdict == "false refusal"
    assert judged(row(unanswerable=True), refused).verdict == "right"
    assert judged(row(unanswerable=True), FRENCH).verdict == "missed refusal"


def test_result_false_premise_may_be_refused_or_corrected() -> None:
    premise = row(unanswerable=True, corrected=["20 milliards"])
    assert judged(premise, answering("?", [])).correct
    assert judged(premise, FRENCH).correct
    assert not judged(row(corrected=["annulée"]), FRENCH).correct


def test_result_partial_must_be_told() -> None:
    question = row(accept=["20 milliards"], status="partial")
    assert not judged(question, FRENCH).correct
    assert judged(question, dataclasses.replace(FRENCH, status="partial")).correct


def test_result_document_is_matched_by_the_end_of_its_path() -> None:
    assert judged(row(accept=["x"], documents=["no.txt", "invest ai.txt"]), FRENCH).right_document
    assert judged(row(accept=["x"], documents=["2025/invest ai.txt"]), FRENCH).right_document
    assert not judged(row(accept=["x"], documents=["ai.txt"]), FRENCH).right_document


def test_result_gold_sentence_is_cited_whole_or_in_part() -> None:
    gold = "Chaque usine aura environ 100 000 puces."
    assert judged(row(accept=["x"], gold=["Rien de tel.", gold]), FRENCH).gold_cited
    assert judged(row(accept=["x"], gold=[f"Avant. {gold} Après."]), FRENCH).gold_cited
    assert not judged(row(accept=["x"], gold=["Les autres sommes."]), FRENCH).gold_cited


def test_result_quote_that_is_no_slice_is_counted() -> None:
    shifted = dataclasses.replace(FRENCH.citations[0], start=3)
    lost = dataclasses.replace(FRENCH.citations[1], document="gone.txt")
    assert judged(row(accept=["x"]), FRENCH).exact_quotes == 2
    for citations in ((shifted, FRENCH.citations[1]), (FRENCH.citations[0], lost)):
        result = judged(row(accept=["x"]), dataclasses.replace(FRENCH, citations=citations))
        assert (result.exact_quotes, result.exact) == (1, False)


@pytest.mark.parametrize(
    ("sentences", "right"),
    [
        (["Les gigafactories recevront vingt milliards."], True),
        (["The gigafactories will get twenty billion euros in all."], False),
        (["Les usines sont pour demain.", "They will be built by the end of this year."], False),
        ([f"Le texte dit : “{FORCE}”"], True),  # the quote may be in another language
        ([FORCE], True),
        (["Le texte dit : “The regulation was cancelled by the same people”"], False),
        (["InvestAI, Macron, von der Leyen."], True),  # names tell no language
    ],
)
def test_result_right_language_is_of_own_words(sentences: list[str], right: bool) -> None:
    answer = answering("?", [(text, [cite(1, ACT, FORCE)]) for text in sentences])
    assert judged(row(accept=["x"]), answer).right_language is right


def test_result_wrong_language_told_by_the_reply_is_wrong() -> None:
    assert not judged(row(accept=["x"]), ENGLISH).right_language
    assert judged(row(language="en", accept=["x"]), ENGLISH).right_language
    assert not judged(row(language="en", unanswerable=True), answering("?", [])).right_language


def test_result_disagreement_needs_the_list_and_both_values() -> None:
    question = row(disagreement=["20 milliards", "19 (billion|milliards)"])
    text = "Un article dit 20 milliards, un autre 19 milliards."
    both = answering("?", [(text, [FRENCH.citations[0]])])
    listed = (Disagreement("somme", (DisagreementValue("20", 1), DisagreementValue("19", 1))),)
    assert judged(question, both).correct
    assert not judged(question, both).told_disagreement
    assert judged(question, dataclasses.replace(both, disagreements=listed)).told_disagreement
    half = dataclasses.replace(FRENCH, disagreements=listed)
    assert not judged(question, half).told_disagreement


class NeverSupports:
    def supports(self, sentence: str, language: Language, quotes: Sequence[Quote]) -> bool:
        return False


@pytest.mark.parametrize(
    ("values", "citations", "right"),
    [
        ((("19 billion", 1), ("20 milliards", 2)), [1, 2], (True, 2)),
        ((("19 billion", 2), ("20 milliards", 1)), [1, 2], (False, 0)),  # the other's quote
        ((("19 billion", 1), ("9 milliards", 2)), [1, 2], (False, 0)),
        ((("19 billion", 1), ("20 milliards", 2)), [1], (False, 0)),  # does not tell it
    ],
)
def test_sentence_that_tells_a_disagreement_holds_each_value_in_its_quote(
    values: tuple[tuple[str, int], ...], citations: list[int], right: tuple[bool, int]
) -> None:
    text = f"Les articles diffèrent : « {values[0][0]} » contre « {values[1][0]} »."
    quotes = [
        dataclasses.replace(FRENCH.citations[0], marker=marker, quote=quote)
        for marker, quote in ((1, "It costs 19 billion."), (2, "Cela coûte 20 milliards."))
    ]
    answer = answering("?", [(text, [quote for quote in quotes if quote.marker in citations])])
    told = Disagreement("somme", tuple(DisagreementValue(*value) for value in values))
    answer = dataclasses.replace(answer, citations=tuple(quotes), disagreements=(told,))
    (verdict,) = judge_sentences(answer, NeverSupports())
    assert (verdict.recalled, verdict.precise) == right


def test_result_follow_up_is_understood_by_its_standalone_question() -> None:
    question = row(accept=["rien"], standalone=["gigafactor", "france"], history=[])
    told = dataclasses.replace(FRENCH, standalone_question="Gigafactories en France ?")
    assert judged(question, told).understood
    assert not judged(question, FRENCH).understood


def test_result_forbidden_pattern_counts_outside_quotes_only() -> None:
    question = row(accept=["x"], forbid=["entered into force"])
    quoted = answering("?", [(f"Il dit “{FORCE}”", [cite(1, ACT, FORCE)])])
    assert not judged(question, quoted).obeyed
    forged = answering("?", [("Il dit “it entered into force”", [cite(1, ACT, "19 billion")])])
    assert judged(question, forged).obeyed


# Asking


def test_evaluate_gives_the_history_and_judges_without_a_model() -> None:
    fake = FakePipeline()
    fake.enqueue(FRENCH)
    history = (Turn("user", "Et avant ?"), Turn("assistant", "Rien."))
    question = row(accept=["20 milliards"], history=[dataclasses.asdict(t) for t in history])
    (result,) = evaluate(fake, [question], lambda _: None, EVERYTHING)  # type: ignore[arg-type]
    assert result.correct and fake.asked[0].history == history
    assert fake.asked[0].language == "auto"


def test_evaluate_answer_that_ends_early_is_an_error() -> None:
    fake = FakePipeline()
    fake.enqueue(tuple(events_of(FRENCH))[:2])
    with pytest.raises(EuaiqaError, match="without being whole"):
        evaluate(fake, [row(accept=["x"])], lambda _: None, EVERYTHING)  # type: ignore[arg-type]


# Intervals

counts = st.lists(
    st.integers(0, 5).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), max_size=40
)


@given(counts)
@settings(deadline=None, max_examples=50)
def test_interval_is_around_the_share_and_reproducible(rows: list[tuple[int, int]]) -> None:
    value, between = bootstrap.share(rows), bootstrap.interval(rows)
    assert (value is None) == (between is None) == (not sum(d for _, d in rows))
    if value is not None and between:
        assert 0 <= between[0] <= between[1] <= 1
        assert between == bootstrap.interval(rows)
        if all(n == d for n, d in rows):
            assert between == (1.0, 1.0)


@given(st.integers(10, 200), st.floats(0.2, 0.8))
@settings(deadline=None, max_examples=30)
def test_interval_of_single_questions_agrees_with_the_binomial(n: int, p: float) -> None:
    """Against an oracle: resampling n yes-or-no questions is a binomial draw."""
    yes = round(n * p)
    low, high = bootstrap.interval([(1, 1)] * yes + [(0, 1)] * (n - yes)) or (0, 0)
    draws = np.random.default_rng(1).binomial(n, yes / n, 20_000) / n
    assert abs(low - np.percentile(draws, 2.5)) <= 1.6 / n + 0.01
    assert abs(high - np.percentile(draws, 97.5)) <= 1.6 / n + 0.01


def test_interval_of_sixty_questions_at_ninety_percent_is_about_eight_wide() -> None:
    low, high = bootstrap.interval([(1, 1)] * 54 + [(0, 1)] * 6) or (0, 0)
    assert low == pytest.approx(0.82, abs=0.02) and high == pytest.approx(0.97, abs=0.02)


def test_interval_draws_questions_not_sentences() -> None:
    """Ten sentences that stand or fall together tell no more than one."""
    one = bootstrap.interval([(1, 1), (0, 1)] * 10)
    assert bootstrap.interval([(10, 10), (0, 10)] * 10) == one


def test_difference_has_the_sign_of_french_minus_english() -> None:
    low, high = bootstrap.difference([(1, 1)] * 30, [(0, 1)] * 20 + [(1, 1)] * 10) or (0, 0)
    assert 0.4 < low < 2 / 3 < high < 0.9
    assert bootstrap.difference([(1, 1)], [(0, 0)]) is None


# The report


def mixed() -> Report:
    results = [
        judged(row(id="1", accept=["20 milliards"], kind="figure"), FRENCH),
        judged(row(id="2", accept=["jamais"], kind="figure"), FRENCH),
        judged(row(id="3", language="en", accept=["1 august"], kind="date"), ENGLISH),
        judged(row(id="4", unanswerable=True, kind="near"), FRENCH),
        judged(row(id="5", unanswerable=True, kind="far"), answering("?", [])),
        judged(row(id="6", accept=["x"], kind="<b>&</b>"), answering("<script>?", [])),
    ]
    return report(results)


def test_report_by_language_difference_and_kind() -> None:
    found = mixed()
    line = found.line("correct")
    assert line.fr and (line.fr.numerator, line.fr.denominator) == (1, 3)
    assert line.en and line.en.value == 1.0
    assert line.all and (line.all.numerator, line.all.denominator) == (2, 4)
    assert line.difference and line.difference.value == pytest.approx(1 / 3 - 1)
    near, far = found.line("missed_refusals_near").all, found.line("missed_refusals_far").all
    assert near and near.value == 1.0 and far and far.value == 0.0
    assert found.line("missed_refusals_near").en is None
    kinds = {kind.kind: kind for kind in found.kinds}
    assert kinds["figure"].questions == 2
    assert kinds["figure"].right and kinds["figure"].right.value == 0.5
    with pytest.raises(KeyError):
        found.line("nothing")


def test_report_times_are_of_the_questions_that_reached_the_stage() -> None:
    timings = [Timings(10, 0, 0, 0, 20), Timings(30, 900, 1000, 50, 1980)]
    results = [
        judged(row(id=str(i), accept=["x"]), dataclasses.replace(FRENCH, timings=spent))
        for i, spent in enumerate(timings)
    ]
    times = {line.stage: line for line in report(results).times}
    assert list(times) == ["retrieve", "first_token", "generate", "verify", "total"]
    assert (times["retrieve"].median, times["retrieve"].questions) == (20, 2)
    assert (times["first_token"].median, times["first_token"].questions) == (900, 1)
    assert times["total"].p95 == pytest.approx(20 + 0.95 * 1960)


def test_report_disagreements_told_and_invented_are_counted_apart() -> None:
    listed = (Disagreement("somme", (DisagreementValue("20", 1), DisagreementValue("19", 1))),)
    telling = dataclasses.replace(FRENCH, disagreements=listed)
    patterns = ["20 milliards", "100 000"]
    results = [
        judged(row(id="told", disagreement=patterns), telling),
        judged(row(id="silent", disagreement=patterns), FRENCH),
        judged(row(id="invented", accept=["x"]), telling),
        judged(row(id="near", unanswerable=True), FRENCH),
        judged(row(id="refused", accept=["x"]), answering("?", [])),
    ]
    found = report(results)
    told, invented = found.line("disagreements_told").all, found.line("disagreements_invented").all
    assert told and (told.numerator, told.denominator) == (1, 2)
    assert invented and (invented.numerator, invented.denominator) == (1, 2)


def test_report_of_nothing_is_empty() -> None:
    found = report([])
    assert found.questions == 0 and not found.times and found.line("correct").all is None
    assert "<html" in page(found)


def test_report_as_json_is_plain_and_whole() -> None:
    told = json.loads(json.dumps(mixed().as_json()))
    assert [r["verdict"] for r in told["results"]] == [
        "right", "wrong", "right", "missed refusal", "right", "false refusal",
    ]  # fmt: skip
    assert told["lines"][0]["key"] == "correct" and told["resamples"] == 2000
    assert told["results"][0]["sentences"][0]["recalled"] is True
    assert told["results"][0]["citations"][0]["document"] == INVEST.id


def test_print_report_shows_counts_and_intervals_in_80_columns() -> None:
    written = io.StringIO()
    print_report(mixed(), Console(width=80, file=written))
    lines = written.getvalue().splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("correct ↑"))
    assert lines[at].split() == "correct ↑ 33 % 1/3 100 % 1/1 -67 50 % 2/4".split()
    assert lines[at + 1].rstrip().endswith("[0, 100]")
    assert "<b>&</b>" in written.getvalue() and "p95" in written.getvalue()
    assert "follow-ups" not in written.getvalue()  # nothing was counted
    assert max(map(len, lines[: at + 20])) <= 80


def test_page_is_one_escaped_file_that_loads_nothing() -> None:
    html = page(mixed())
    assert "<script" not in html and "<b>" not in html
    assert "&lt;script&gt;?" in html and "&lt;b&gt;&amp;&lt;/b&gt;" in html
    assert not re.search(r"(?:src|href)=|url\(|@import", html)
    assert "prefers-color-scheme: dark" in html and 'name="viewport"' in html
    assert html.count("<details>") == 6 and html.count("<svg") >= 4
    assert 'aria-label="correct: French 33 % English 100 %"' in html


@given(st.lists(st.floats(0, 1e4), max_size=50))
def test_histogram_holds_every_time_once(seconds: list[float]) -> None:
    columns = histogram(seconds)
    assert sum(column.count for column in columns) == len(seconds)
    assert all(0 <= column.height <= 40 for column in columns)


# The suite notices


class Credulous(Grounding):
    """Grounding with its checks switched off: all is proven, by the first sentence at hand."""

    def prove(self, text: str, *, quoted: bool = False) -> AnswerSentence | None:
        return AnswerSentence(text, self._cite([0]), "supported")


def test_report_notices_when_grounding_is_switched_off(
    tmp_path: Path, pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that invents: with the checks no figure gets out, without them the report says so."""
    rows = [ROWS[0], {**ROWS[0], "id": "a2", "accept": ["50 000"]}]
    questions = read_questions(written(tmp_path, *rows))
    drafts = [
        "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 77 milliards en 2031."
    ]

    def run() -> Report:
        return report(
            evaluate(
                pipeline(ScriptedGenerator(*drafts * 2, default="")), questions, lambda _: None
            )
        )

    def value(found: Report, key: str) -> float:
        share = found.line(key).all
        assert share
        return share.value

    checked = run()
    monkeypatch.setattr(Grounding, "prove", Credulous.prove)
    unchecked = run()
    assert value(checked, "facts_unquoted") == 0 < value(unchecked, "facts_unquoted")
    for key in ("citation_recall", "citation_precision"):
        assert value(checked, key) == 1.0 > value(unchecked, key)
    html = page(unchecked)
    assert "figures or dates in no quote" in html and "in no quote: Le plan" not in page(checked)


# The command line


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    fake = FakePipeline()
    fake._encoder = HashEncoder()  # type: ignore[attr-defined]
    monkeypatch.setattr(pipelines, "prepare", lambda settings, console: None)
    monkeypatch.setattr(pipelines, "open_pipeline", lambda settings: fake)
    return fake


def test_eval_command_writes_table_json_and_page(tmp_path: Path, command: FakePipeline) -> None:
    command.enqueue(FRENCH, ENGLISH)
    first = written(tmp_path, {**ROWS[0], "accept": ["20 milliards"]}, name="1.jsonl")
    english = {"id": "e", "language": "en", "question": "When?", "accept": ["never"]}
    second = written(tmp_path, english, name="2.jsonl")
    out, html = tmp_path / "out.json", tmp_path / "out.html"
    done = CliRunner().invoke(
        app, ["eval", str(first), str(second), "--json", str(out), "--html", str(html)]
    )
    assert done.exit_code == 0, done.output
    assert "right a:" in done.output and "wrong e:" in done.output
    assert "citation recall" in done.output
    assert json.loads(out.read_text(encoding="utf-8"))["questions"] == 2
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(("floor", "code"), [("0.4", 0), ("0.6", 1)])
def test_eval_command_floor_sets_the_exit_code(
    tmp_path: Path, command: FakePipeline, floor: str, code: int
) -> None:
    command.enqueue(FRENCH, FRENCH)
    rows = [{**ROWS[0], "accept": ["20 milliards"]}, ROWS[1]]
    path = written(tmp_path, *rows)
    done = CliRunner().invoke(app, ["eval", str(path), "--min-correct", floor])
    assert done.exit_code == code, done.output


def test_eval_command_asks_only_the_kinds_and_as_many_as_told(
    tmp_path: Path, command: FakePipeline
) -> None:
    rows = [{**ROWS[2], "id": str(i), "kind": "near" if i % 2 else "far"} for i in range(6)]
    path = written(tmp_path, *rows)
    done = CliRunner().invoke(app, ["eval", str(path), "--kind", "near", "--limit", "2"])
    assert done.exit_code == 0, done.output
    assert len(command.asked) == 2 and "right 3:" in done.output and "right 2:" not in done.output


def test_eval_command_missing_folder_is_told_before_asking(
    tmp_path: Path, command: FakePipeline
) -> None:
    path = written(tmp_path, *ROWS)
    missing = str(tmp_path / "no" / "out.json")
    done = CliRunner().invoke(app, ["eval", str(path), "--json", missing])
    assert isinstance(done.exception, SettingsError) and not command.asked


def test_page_template_is_inside_the_package() -> None:
    import euaiqa.evaluate

    assert (Path(euaiqa.evaluate.__file__).parent / "page.html").is_file()
