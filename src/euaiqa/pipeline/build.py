"""From settings to something that answers: models, articles, index, pipeline."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from euaiqa import bilingual, index, models
from euaiqa.datamodels import RetrievedPassage
from euaiqa.encoder import E5Encoder, is_made
from euaiqa.errors import EuaiqaError, IndexBusy, SettingsError
from euaiqa.generator import LlamaGenerator, never
from euaiqa.language import detect
from euaiqa.operations import Built, Progress
from euaiqa.pipeline import updating
from euaiqa.pipeline.answer import Pipeline
from euaiqa.retrieve import Retriever
from euaiqa.settings import Settings

FOR_EVER = -1.0  # seconds to wait for another builder


def prepare(settings: Settings, console: Console, *, language_model: bool = True) -> None:
    """Make sure that the models are there and that the index fits the articles.

    Says what it does; does nothing twice. Files that cannot be read are told. Where a new index
    cannot be built, or the one before was put back by hand, what is there serves on.

    Raises:
        EuaiqaError: a model cannot be fetched, or there is no index and nothing to make one of.
    """
    _pull(settings, console, language_model=language_model)
    there = updating.usable(settings)
    built = there.manifest.built if there else ""
    if there and index.pointer(settings.index).held:
        version = there.manifest.index_version
        console.print(f"Version {version} was put back: `euaiqa index` builds a new one")
        return
    try:
        _update(settings, console, wait=0)
    except IndexBusy:
        if there is None:
            console.print("Another program is building this index; waiting for it …")
            _update(settings, console, wait=FOR_EVER)
        else:
            console.print(f"Another program builds a new index; the one of {built} is used")
    except EuaiqaError as error:
        if there is None:
            raise
        hint = f" — hint: {error.hint}" if error.hint else ""
        console.print(f"no new index: {error.message}{hint}", markup=False)
        console.print(f"The one of {built} serves on")


def prepare_encoder(settings: Settings, console: Console) -> None:
    """Make the encoder ready to run, once after it was fetched.

    Raises:
        EuaiqaError: the encoder is not there, or cannot be made ready.
    """
    folder = models.locate_encoder(settings).path
    if is_made(folder):
        return
    console.print("Preparing the encoder; this takes about 15 seconds …")
    encoder_of(settings)
    if not is_made(folder):
        console.print(
            f"This cannot be kept in {folder.parent}: the next start does it again", markup=False
        )


def build_index(settings: Settings, console: Console, *, full: bool = False) -> tuple[Built, bool]:
    """Bring the index up to date with the articles as they are now, and swap it in.

    Args:
        settings: the folders.
        console: shown how far it is.
        full: whether to read, cut and embed everything anew.

    Returns:
        What was done, and whether there is a new version.

    Raises:
        EuaiqaError: a model cannot be fetched, there is nothing to index, or another program
            builds there.
    """
    _pull(settings, console, language_model=False)
    return _update(settings, console, full=full)


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
        loading = pool.submit(encoder_of, settings)
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
    encoder = encoder_of(settings)
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


def encoder_of(settings: Settings) -> E5Encoder:
    """The encoder, loaded once.

    Raises:
        ModelError: it is not there, or cannot be loaded.
    """
    return _loaded(models.locate_encoder(settings), settings.threads)


@functools.lru_cache(maxsize=1)
def _loaded(files: models.EncoderFiles, threads: int) -> E5Encoder:
    """The encoder, once: a server that built its index goes on with the same."""
    return E5Encoder(
        files.path, name=models.ENCODER.name, fingerprint=files.fingerprint, threads=threads
    )


def _update(
    settings: Settings, console: Console, *, full: bool = False, wait: float = 0
) -> tuple[Built, bool]:
    """Update the index, with a bar for each step that takes long; then tell what could not be."""
    with _bars(console) as bars:

        def report(now: Progress) -> None:
            if not bars.task_ids or bars.tasks[-1].description != now.step:
                bars.add_task(now.step, total=now.total)
            bars.update(bars.task_ids[-1], completed=now.done)

        steps = index.Steps(report)
        encoder = functools.partial(encoder_of, settings)
        built, new = updating.update(settings, encoder, full=full, wait=wait, steps=steps)
    for problem in built.changes.problems:
        remedy = f" — {problem.remedy}" if problem.remedy else ""
        console.print(f"left out: {problem.document}: {problem.reason}{remedy}", markup=False)
    if new:
        console.print(summary(built), markup=False)
    return built, new


def summary(built: Built) -> str:
    """What a build did, in a line."""
    now = built.changes
    counts = [
        f"{len(now.added)} new",
        f"{len(now.changed)} changed",
        f"{len(now.removed)} gone",
        f"{now.unchanged + len(now.kept)} as before",
    ]
    return (
        f"Indexed {built.articles} articles ({', '.join(counts)}), {built.passages} passages, "
        f"{built.sentences} sentences in {built.seconds:.1f} s; {built.embedded} texts embedded, "
        f"{built.reused} had their vectors (version {built.index_version})."
    )


def _bars(console: Console) -> Bars:
    return Bars(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,  # in a log a bar is many lines
    )
