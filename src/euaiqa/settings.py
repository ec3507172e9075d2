"""The settings, all of them: read from the environment with the prefix `EUAIQA_`.

Paths that are not absolute count from the working directory. A test checks that the
README lists every setting here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from euaiqa.errors import SettingsError


class Settings(BaseSettings):
    """One immutable set of settings."""

    model_config = SettingsConfigDict(env_prefix="EUAIQA_", frozen=True, extra="ignore")

    seeds: Path = Field(Path("seeds"), description="folder of the articles")
    index: Path = Field(Path("index"), description="folder of the index that is built from them")
    models: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("euaiqa") / "models",
        description="folder of the verified model files",
    )
    models_from: Path | None = Field(
        None, description="a folder of yours that is looked at first for model files"
    )
    profile: Literal["default", "small", "quality"] = Field(
        "default", description="which language model answers"
    )
    hub: str = Field("https://huggingface.co", description="the Hugging Face hub or a mirror of it")
    host: str = Field("127.0.0.1", description="address the server listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the server listens on")
    threads: int = Field(
        0, ge=0, le=256, description="threads for the models; 0 = the processor's cores"
    )
    passages: int = Field(
        8, ge=1, le=8, description="passages that the language model reads, each by itself"
    )
    cells: int = Field(
        1024,
        ge=0,
        description="memory for what the model computed for passages, MB, where disk keeps none",
    )
    cells_disk: int = Field(
        4096,
        ge=0,
        description="disk space for what the model computed for passages, MB; 0 = none",
    )
    cells_folder: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("euaiqa") / "cells",
        description="folder of those files and of suggested questions, for them alone",
    )
    max_tokens: int = Field(192, ge=16, le=384, description="longest answer, tokens")
    time_limit: float = Field(60.0, gt=0, description="longest time for writing an answer, seconds")
    readers: int = Field(
        2, ge=1, le=4, description="readers who are answered at the same time, 4 at most"
    )
    queue: int = Field(4, ge=0, le=1000, description="readers who may wait behind those answered")
    admin_key: SecretStr | None = Field(
        None, description="key for /admin: the operator's page, a new index; none = they are off"
    )
    feedback: Path | None = Field(
        None,
        description="file that readers' verdicts on answers are appended to; "
        "none = they are not asked",
    )


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a variable has a value that makes no sense; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "EUAIQA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"{name} is not usable: {first['msg']}", hint=f"correct or unset {name}"
        ) from error


def cores() -> int:
    """The cores this process may use; macOS and Windows cannot tell, so all of them there."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
