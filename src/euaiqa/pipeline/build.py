"""From settings to something that answers: models, articles, index, pipeline."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from euaiqa import bilingual, index, models
from euaiqa.datamodels import Corpus, RetrievedPassage
from euaiqa.documents import read_corpus
from euaiqa.encoder import E5Encoder, is_made
from euaiqa.errors import IndexError_, SettingsError
from euaiqa.generator import LlamaGenerator, never
from euaiqa.language import detect
from euaiqa.pipeline.answer import Pipeline
from euaiqa.retrieve import Retriever
from euaiqa.settings import Settings


def prepare(settings: Settings, console: Console, *, language_model: bool = True) -> None:
    """Make sure that the models are there and that the index fits the articles.

    Says what it does; does nothing twice. Files that cannot be read are told.

    Raises:
        EuaiqaError: a model cannot be fetched or there is nothing to index.
    """
    _pull(settings, console, language_model=language_model)
    corpus = read_corpus(settings.seeds, detect)
    if not _is_current(settings, corpus):
        _build(settings, corpus, console)
    for problem in corpus.problems:
        console.print(f"left out: {problem.document}: {problem.reason}", markup=False)


def prepare_encoder(settings: Settings, console: Console) -> None:
    """Make the encoder ready to run, once after it was fetched.

    Raises:
        EuaiqaError: the encoder is not there, or cannot be made ready.
    """
    folder = models.locate_encoder(settings).path
    if is_made(folder):
        return
    console.print("Preparing the encoder; this takes about 15 seconds …")
    _encoder(settings)
    if not is_made(folder):
        console.print(
            f"This cannot be kept in {folder.parent}: the next start does it again", markup=False
        )


def build_index(settings: Settings, console: Console) -> index.Manifest:
    """Build the index from the articles as they are now and swap it in.

    Raises:
        EuaiqaError: a model cannot be fetched or there is nothing to index.
    """
    _pull(settings, console, language_model=False)
    return _build(settings, read_corpus(settings.seeds, detect), console)


def open_pipeline(settings: Settings, *, suggest: bool = False) -> Pipeline:
    """Load encoder, index and language model; the two models at the same time.

    Args:
        settings: where they are, and limits.
        suggest: whether `warm` makes questions to suggest, as a server wants.

    Raises:
        EuaiqaError: a model or the index is missing or does not fit.
    """
    path = models.locate_language_model(settings)
    with ThreadPoolExecutor(max_workers=1) as pool:
        loading = pool.submit(_encoder, settings)
        warming = pool.submit(bilingual.warm)
        generator = LlamaGenerator(
            path,
            threads=settings.threads,
            warm_bytes=settings.cells << 20,
            cold=(settings.cells_folder, settings.cells_disk << 20),
        )
        encoder = loading.result()
        warming.result()
    return Pipeline(
        index.load(settings.index, encoder),
        encoder,
        generator,
        passages=settings.passages,
        max_tokens=settings.max_tokens,
        time_limit=settings.time_limit,
        suggest=suggest,
        suggested=_suggested(settings),
    )


def warm_index(settings: Settings, console: Console) -> None:
    """Let the model read every passage of the index, so that no question waits for that.

    What it computes is kept on disk. Broken off it goes on from there next time.

    Raises:
        EuaiqaError: a model or the index is missing or does not fit, nothing is to be kept on
            disk, or llama.cpp fails.
    """
    if not settings.cells_disk:
        raise SettingsError(
            "EUAIQA_CELLS_DISK is 0: what the model reads would be lost at the end",
            hint="unset it, or set it to some thousand megabytes",
        )
    _pull(settings, console, language_model=True)
    pipeline = open_pipeline(settings)
    with _bars(console) as bars:
        task = bars.add_task("passages read", total=pipeline.passages)
        more = True
        while more:
            more = pipeline.warm(never)
            bars.update(task, completed=pipeline.passages - pipeline.unread)
        left = pipeline.unread
    if left:
        console.print(
            f"{left} passages are not kept on disk: no space, or EUAIQA_CELLS_DISK is too small",
            markup=False,
        )


def open_search(settings: Settings) -> Callable[[str, int], tuple[RetrievedPassage, ...]]:
    """Load what retrieval needs, without the language model.

    Raises:
        EuaiqaError: the encoder or the index is missing or does not fit.
    """
    encoder = _encoder(settings)
    retriever = Retriever(index.load(settings.index, encoder), encoder)
    return lambda query, k: retriever.retrieve(query, detect(query), k)


def _suggested(settings: Settings) -> Path | None:
    """The file that keeps suggested questions: one for each index; None where disk keeps nothing.

    It lies with the cells, which count and remove files by an ending that is not this one's.
    """
    if not settings.cells_disk:
        return None
    place = hashlib.sha256(str(settings.index.resolve()).encode()).hexdigest()[:16]
    return settings.cells_folder / f"questions-{place}.json"


def _pull(settings: Settings, console: Console, *, language_model: bool) -> None:
    if language_model:
        models.pull_all(settings, console)
    else:
        with models.console_progress(console) as progress:
            models.pull(models.ENCODER, settings, progress)
    prepare_encoder(settings, console)


def _encoder(settings: Settings) -> E5Encoder:
    return _loaded(models.locate_encoder(settings), settings.threads)


@functools.lru_cache(maxsize=1)
def _loaded(files: models.EncoderFiles, threads: int) -> E5Encoder:
    """The encoder, once: a server that built its index goes on with the same."""
    return E5Encoder(
        files.path, name=models.ENCODER.name, fingerprint=files.fingerprint, threads=threads
    )


def _is_current(settings: Settings, corpus: Corpus) -> bool:
    try:
        manifest = index.read_manifest(settings.index)
    except IndexError_:
        return False
    fingerprint = models.locate_encoder(settings).fingerprint
    return manifest.index_version == index.version_of(corpus, fingerprint)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _build(settings: Settings, corpus: Corpus, console: Console) -> index.Manifest:
    count = len(corpus.documents)
    console.print(f"Building the index of {count} articles from {settings.seeds} …", markup=False)
    with _bars(console) as bars:
        encoder = _encoder(settings)

        def start(step: str, total: int) -> None:
            bars.add_task(step, total=total)

        def advance(done: int) -> None:
            bars.advance(bars.task_ids[-1], done)

        manifest = index.build(corpus, encoder, settings.index, start=start, advance=advance)
    console.print(f"The index has {manifest.passages} passages.")
    return manifest
