"""The index against the articles' folder: what is read, cut and embedded, and what is not."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from rich.console import Console

from euaiqa import documents, index, models, pipeline
from euaiqa.datamodels import Source
from euaiqa.errors import DocumentUnreadable, IndexBusy, IndexMismatch, IndexMissing, SettingsError
from euaiqa.index.vectors import Journal, key_of
from euaiqa.language import detect
from euaiqa.notice import Notice
from euaiqa.operations import Built, Progress
from euaiqa.pipeline import build, found, gathering
from euaiqa.settings import Settings
from fakes import HashEncoder

PAGES = Path(__file__).resolve().parent / "data/pages"


class Folder:
    """Articles, their index, and an encoder that counts."""

    def __init__(self, place: Path) -> None:
        self.seeds = place / "seeds"
        self.seeds.mkdir()
        self.settings = Settings(seeds=self.seeds, index=place / "index")
        self.encoder = HashEncoder()

    def write(self, name: str, text: str) -> Path:
        path = self.seeds / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def update(self, **options: Any) -> Built:
        """Build what changed; `encoder.encoded` are the passages and sentences embedded by it."""
        self.encoder.encoded.clear()
        return pipeline.update(self.settings, lambda: self.encoder, **options)[0]

    def load(self) -> index.Index:
        return index.load(self.settings.index, self.encoder)

    def texts(self) -> dict[str, str]:
        return {id_: document.text for id_, document in self.load().documents.items()}

    def files(self) -> dict[str, tuple[int, int]]:
        """Everything in the index folder, with its size and time."""
        found = self.settings.index.rglob("*")
        return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in found if p.is_file()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = Folder(tmp_path)
    files: Any = SimpleNamespace(fingerprint=made.encoder.fingerprint, path=tmp_path)
    monkeypatch.setattr(models, "locate_encoder", lambda _: files)
    made.write("a.txt", "Le plan Orion\n\nLe plan Orion mobilise 30 milliards d'euros.")
    made.write("b.txt", "L'usine de Douai\n\nL'usine de Douai emploie 900 personnes en France.")
    return made


def fails(*_: object, **__: object) -> Any:
    raise AssertionError("this must not happen")


def unreadable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The disk fails to give one file."""
    real = documents.read_bytes

    def read(path: Path, folder: Path) -> documents.FileBytes:
        if path.name == name:
            reason = Notice("cannot be read: {error}", error="denied")
            raise DocumentUnreadable(path.relative_to(folder).as_posix(), reason)
        return real(path, folder)

    monkeypatch.setattr(documents, "read_bytes", read)


def test_update_embeds_only_what_is_new(folder: Folder) -> None:
    first = folder.update()
    assert first.changes.added == ("a.txt", "b.txt") and first.reused == 0
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    second = folder.update()
    assert second.changes.added == ("c.txt",) and second.changes.unchanged == 2
    assert folder.encoder.encoded and all("Vega" in text for text in folder.encoder.encoded)
    assert second.reused == first.embedded
    assert second.index_version != first.index_version
    assert set(folder.texts()) == {"a.txt", "b.txt", "c.txt"}


def test_update_embeds_only_the_sentences_that_changed(folder: Folder) -> None:
    text = "Vega\n\nLe programme Vega a commencé à Lille.\n\nIl coûte 2 millions d'euros."
    folder.write("c.txt", text)
    folder.update()
    folder.write("c.txt", text.replace("2 millions", "3 millions"))
    built = folder.update()
    assert built.changes.changed == ("c.txt",) and not built.changes.added
    assert all("3 millions" in text for text in folder.encoder.encoded)
    assert "3 millions" in folder.texts()["c.txt"]


def test_update_drops_what_is_gone(folder: Folder) -> None:
    folder.update()
    (folder.seeds / "b.txt").unlink()
    built = folder.update()
    assert built.changes.removed == ("b.txt",)
    assert set(folder.texts()) == {"a.txt"} and not folder.encoder.encoded
    assert all(passage.document == "a.txt" for passage in folder.load().passages)


def test_update_moved_article_is_not_embedded_again(folder: Folder) -> None:
    folder.update()
    (folder.seeds / "b.txt").rename(folder.seeds / "z.txt")
    built = folder.update()
    assert (built.changes.added, built.changes.removed) == (("z.txt",), ("b.txt",))
    assert not folder.encoder.encoded


def test_update_without_a_change_reads_and_writes_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))  # as if the files were older
    folder.update()
    before = folder.files()
    monkeypatch.setattr(documents, "read_bytes", fails)
    built, new = pipeline.update(folder.settings, fails)
    assert not new and not built.changes.any and built.embedded == 0
    assert folder.files() == before


def test_update_touched_file_is_compared_by_its_bytes(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    monkeypatch.setattr(found, "RACY", -(10**10))
    (folder.seeds / "a.txt").touch()
    monkeypatch.setattr(documents, "source_of", fails)
    assert not pipeline.update(folder.settings, fails)[1]


@pytest.mark.parametrize("racy", [found.RACY, -(10**10)], ids=["at once", "long after"])
def test_update_finds_a_change_that_keeps_size_and_time(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, racy: int
) -> None:
    monkeypatch.setattr(found, "RACY", racy)
    path = folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.update()
    now = path.stat()
    path.write_text(path.read_text().replace("2 millions", "3 millions"))
    os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns))
    assert folder.update().changes.changed == ("c.txt",)


@pytest.mark.parametrize("damage", ["schema", "articles"])
def test_update_of_an_index_that_cannot_be_used_embeds_nothing_again(
    folder: Folder, damage: str
) -> None:
    first = folder.update()
    version = index.current(folder.settings.index)
    if damage == "schema":
        told = json.loads((version / "manifest.json").read_text())
        (version / "manifest.json").write_text(json.dumps(told | {"schema": 1, "more": 2}))
    else:
        (version / "documents.jsonl").write_text("{}")
    built = folder.update()
    assert built.changes.added == ("a.txt", "b.txt")
    assert built.embedded == 0 and built.reused == first.embedded
    assert built.index_version == first.index_version and folder.texts()


def test_update_with_another_encoder_embeds_all(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = folder.update()
    folder.encoder = HashEncoder("hash-2")
    files: Any = SimpleNamespace(fingerprint="hash-2", path=folder.seeds)
    monkeypatch.setattr(models, "locate_encoder", lambda _: files)
    assert folder.update().embedded == first.embedded


def test_update_takes_lines_that_a_person_keeps(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))
    folder.write(
        "c.txt", "Vega\n\nLe programme Vega coûte cher.\n\nAbonnez-vous à notre newsletter !"
    )
    folder.update()
    before = folder.load().documents["c.txt"]
    assert before.text[before.boilerplate[0].start :].startswith("Abonnez-vous")
    documents.keep(folder.seeds, "c.txt", "Abonnez-vous à notre newsletter !")
    built = folder.update()
    assert built.changes.changed == ("c.txt",) and built.changes.unchanged == 2
    assert not folder.load().documents["c.txt"].boilerplate
    assert not folder.update().changes.any


def test_update_takes_lines_that_come_to_be_repeated(folder: Folder) -> None:
    """An article changes when others show that some of its lines are the site's."""
    changed: set[str] = set()
    for path in sorted(PAGES.glob("t*_fr_[q-u]*.txt")):  # some sites, three pages of each
        text = "\n".join(line[1:].strip() for line in path.read_text("utf-8").splitlines())
        folder.write(path.name, text)
        if path.stem.endswith("_3"):
            changed |= set(folder.update().changes.changed)
    assert changed
    found = folder.load().documents
    fresh = documents.read_corpus(folder.seeds, detect).documents
    assert [d.boilerplate for d in found.values()] == [d.boilerplate for d in fresh]


def test_update_full_decides_on_all_anew(folder: Folder) -> None:
    """Whatever became of what is indexed."""
    folder.update()
    path = index.current(folder.settings.index) / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b"30 milliards", b"99 milliards"))
    assert not folder.update().changes.any
    built = folder.update(full=True)
    assert built.changes.changed == ("a.txt",) and "30 milliards" in folder.texts()["a.txt"]


def test_update_refused_file_is_not_read_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))
    (folder.seeds / "bad.txt").write_bytes(b"\0")
    first = folder.update().changes.problems
    monkeypatch.setattr(documents, "read_bytes", fails)
    again, new = pipeline.update(folder.settings, fails)
    assert not new and again.changes.problems == first and first[0].remedy
    monkeypatch.undo()


@pytest.mark.parametrize("full", [False, True])
def test_update_file_of_nothing_but_boilerplate_is_decided_anew_once_its_lines_are_kept(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))
    monkeypatch.setattr(gathering, "WRITTEN", -(10**10))
    folder.write("c.txt", "Abonnez-vous à notre newsletter\n\nPartager sur Facebook\n")
    (problem,) = folder.update(full=full).changes.problems
    assert problem.document == "c.txt" and "keep" in problem.remedy
    again, new = pipeline.update(folder.settings, fails)  # nothing is built because of it
    assert not new and again.changes.problems == (problem,)
    assert not (folder.settings.index / ".building").exists()
    documents.keep(folder.seeds, "c.txt")
    built = folder.update()
    assert built.changes.added == ("c.txt",) and not built.changes.problems
    assert "newsletter" in folder.texts()["c.txt"]


def parts(notice: Notice) -> tuple[str, dict[str, Any]]:
    return notice.template, dict(notice.values)


def test_problems_are_told_with_their_parts_after_the_next_start(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    (folder.seeds / "bad.txt").write_bytes("é".encode("latin-1"))
    with monkeypatch.context() as broken:
        unreadable(broken, "a.txt")
        os.utime(folder.write("a.txt", "Changed."))
        folder.update()
    kept, bad = index.read_manifest(folder.settings.index).problems
    assert parts(bad.reason) == ("not UTF-8 text (at byte {byte})", {"byte": 0})
    assert bad.remedy == "save it as UTF-8" and kept.remedy == ""
    assert kept.reason == "cannot be read: denied; the text that was indexed before stays"
    reason, stays = kept.reason.values.values()
    assert isinstance(reason, Notice) and isinstance(stays, Notice)
    assert parts(reason) == ("cannot be read: {error}", {"error": "denied"})
    # What is told again of a file that did not change is whole, too.
    (again,) = folder.update().changes.problems
    assert parts(again.reason) == parts(bad.reason)


def test_problems_of_a_manifest_written_before_are_told_and_make_no_new_version(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))
    (folder.seeds / "bad.txt").write_bytes("é".encode("latin-1"))
    problems = folder.update().changes.problems
    path = index.current(folder.settings.index) / "manifest.json"
    told = json.loads(path.read_text())
    plain = [{"document": p.document, "reason": p.reason, "remedy": p.remedy} for p in problems]
    assert told["problems"] != plain
    path.write_text(json.dumps(told | {"problems": plain}))
    manifest = index.read_manifest(folder.settings.index)
    assert manifest.problems == problems
    assert parts(manifest.problems[0].reason) == ("not UTF-8 text (at byte 0)", {})
    built, new = pipeline.update(folder.settings, fails)
    assert not new and built.changes.problems == problems


def test_update_of_one_article_that_breaks_the_reader_goes_on(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = documents.source_of

    def source_of(data: bytes, name: str) -> Any:
        if name == "bad.txt":
            raise ZeroDivisionError("never foreseen")
        return real(data, name)

    monkeypatch.setattr(documents, "source_of", source_of)
    folder.write("bad.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    built = folder.update()
    assert set(folder.texts()) == {"a.txt", "b.txt"}
    (problem,) = built.changes.problems
    assert problem.document == "bad.txt" and "ZeroDivisionError" in problem.reason
    assert "never foreseen" in caplog.text


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), MemoryError()])
@pytest.mark.parametrize("where", ["source_of", "line_keys", "as_document"])
def test_update_while_the_machine_fails_keeps_what_was_indexed_and_tries_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    monkeypatch.setattr(found, "RACY", -(10**10))
    monkeypatch.setattr(gathering, "WRITTEN", -(10**10))
    folder.update()
    folder.write("a.txt", "Le plan Orion\n\nLe plan Orion mobilise 31 milliards d'euros.")
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")

    def broken(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(documents, where, broken)
        built = folder.update()
        assert not folder.update().changes.any
    assert built.changes.kept == ("a.txt",) and not built.changes.any
    told = [(each.document, "this time" in each.reason) for each in built.changes.problems]
    assert told == [("a.txt", True), ("c.txt", True)]
    assert "30 milliards" in folder.texts()["a.txt"]
    built = folder.update()
    assert (built.changes.changed, built.changes.added) == (("a.txt",), ("c.txt",))
    assert not built.changes.problems


def test_update_that_cannot_read_what_it_wrote_aside_changes_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    folder.write("a.txt", "Le plan Orion\n\nLe plan Orion mobilise 31 milliards d'euros.")

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr("euaiqa.index.spool._Rows.recover", lambda _: {})
        failing.setattr("euaiqa.index.spool._opened", lambda *_: Broken())
        with pytest.raises(SettingsError, match="cannot be read: Input/output error"):
            folder.update()
    assert "30 milliards" in folder.texts()["a.txt"]
    assert folder.update().changes.changed == ("a.txt",)


@pytest.mark.parametrize("options", [{}, {"full": True}])
def test_update_damaged_journal_is_not_used(folder: Folder, options: Any) -> None:
    folder.update()
    left = folder.settings.index / ".building"
    left.mkdir()
    journal = Journal(left, folder.encoder.dimensions, folder.encoder.fingerprint)
    text = "Le programme Vega coûte 2 millions d'euros."
    vectors = folder.encoder.encode_passages(["another text", text])
    journal.append([key_of("another text"), key_of(text)], vectors * [[1], [0]])
    folder.write("c.txt", f"Vega\n\n{text}")
    built = folder.update(**options)
    assert built.embedded and text in folder.encoder.encoded
    assert "c.txt" in folder.texts()


def test_update_article_kept_from_another_reader_is_read_anew_as_soon_as_it_can_be(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    monkeypatch.setattr(documents, "READER_VERSION", "next")
    with monkeypatch.context() as broken:
        unreadable(broken, "a.txt")
        assert folder.update().changes.kept == ("a.txt",)
    read: list[str] = []
    real = documents.source_of
    monkeypatch.setattr(documents, "source_of", lambda d, n: read.append(n) or real(d, n))
    folder.update()
    assert read == ["a.txt"]


def test_update_full_embeds_all_anew(folder: Folder) -> None:
    first = folder.update()
    built = folder.update(full=True)
    assert built.embedded == first.embedded and built.reused == 0
    assert built.index_version == first.index_version


def test_update_is_what_a_build_from_nothing_gives(folder: Folder, tmp_path: Path) -> None:
    folder.update()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.update()
    (folder.seeds / "a.txt").unlink()
    built = folder.update()
    other = folder.settings.model_copy(update={"index": tmp_path / "other"})
    fresh, _ = pipeline.update(other, lambda: folder.encoder)
    assert fresh.index_version == built.index_version
    parts = [{p.name: p.read_bytes() for p in index.current(s.index).rglob("*") if p.is_file()}
             for s in (folder.settings, other)]  # fmt: skip
    for told in parts:
        del told["manifest.json"]  # it tells when, and how many were embedded
    assert parts[0] == parts[1]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "Orion", "Vega", "Lyra"])),
        min_size=1,
        max_size=8,
    )
)
@limits(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_update_any_changes_end_in_what_the_folder_holds(
    folder: Folder, steps: list[tuple[str, str]]
) -> None:
    for name, word in steps:
        if word:
            text = f"Le plan {word}\n\nLe plan {word} coûte {len(word)} millions d'euros."
            folder.write(f"x{name}.txt", text)
        else:
            (folder.seeds / f"x{name}.txt").unlink(missing_ok=True)
        folder.update()
        held = {p.name: p.read_text(encoding="utf-8") for p in folder.seeds.iterdir()}
        assert folder.texts() == held, name


def test_changes_tell_and_write_nothing(folder: Folder) -> None:
    folder.update()
    before = folder.files()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.write("a.txt", "Le plan Orion mobilise 31 milliards d'euros.")
    (folder.seeds / "b.txt").unlink()
    (folder.seeds / "d.txt").write_bytes(b"\0")
    told = pipeline.changes(folder.settings)
    assert (told.added, told.changed, told.removed) == (("c.txt",), ("a.txt",), ("b.txt",))
    assert [problem.document for problem in told.problems] == ["d.txt"]
    assert folder.files() == before


def test_changes_without_an_index_are_all_new(folder: Folder) -> None:
    assert pipeline.changes(folder.settings).added == ("a.txt", "b.txt")
    assert not folder.settings.index.exists()


def test_update_file_that_cannot_be_read_stays_as_it_was(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    folder.write("a.txt", "Le plan Orion mobilise 31 milliards d'euros.")
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    with monkeypatch.context() as broken:
        unreadable(broken, "a.txt")
        built = folder.update()
    assert built.changes.kept == ("a.txt",) and not built.changes.removed
    assert "30 milliards" in folder.texts()["a.txt"] and "c.txt" in folder.texts()
    (problem,) = built.changes.problems
    assert problem.document == "a.txt" and "indexed before stays" in problem.reason
    again = folder.update()
    assert again.changes.changed == ("a.txt",) and not again.changes.problems
    assert "31 milliards" in folder.texts()["a.txt"]


def test_update_file_that_may_be_half_written_stays_as_it_was(folder: Folder) -> None:
    folder.update()
    (folder.seeds / "a.txt").write_bytes(b"")
    built = folder.update()
    assert built.changes.kept == ("a.txt",) and "30 milliards" in folder.texts()["a.txt"]
    folder.write("a.txt", "Le plan Orion mobilise 31 milliards d'euros.")
    assert folder.update().changes.changed == ("a.txt",)
    assert "31 milliards" in folder.texts()["a.txt"]


def test_update_file_that_is_no_text_any_more_is_a_problem(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "WRITTEN", -(10**10))
    folder.update()
    (folder.seeds / "a.txt").write_bytes(b"\0")
    built = folder.update()
    assert built.changes.removed == ("a.txt",) and not built.changes.kept
    assert [problem.document for problem in built.changes.problems] == ["a.txt"]


def test_update_new_file_that_cannot_be_read_is_a_problem(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable(monkeypatch, "a.txt")
    built = folder.update()
    assert set(folder.texts()) == {"b.txt"} and not built.changes.kept
    assert "stays" not in built.changes.problems[0].reason


def test_update_folder_that_cannot_be_listed_keeps_its_articles(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("sub/c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.update()
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    unreadable(monkeypatch, "c.txt")
    built = folder.update()
    assert built.changes.kept == ("sub/c.txt",) and not built.changes.removed
    assert "sub" in {problem.document for problem in built.changes.problems}
    assert "sub/c.txt" in folder.texts()


def test_update_without_the_folder_leaves_the_index(folder: Folder) -> None:
    folder.update()
    before = folder.files()
    folder.seeds.rename(folder.seeds.with_name("gone"))
    with pytest.raises(SettingsError, match="does not exist"):
        folder.update()
    assert folder.files() == before and folder.texts()


def test_update_of_an_empty_folder_leaves_the_index(folder: Folder) -> None:
    folder.update()
    for path in folder.seeds.iterdir():
        path.unlink()
    with pytest.raises(SettingsError, match="no readable article"):
        folder.update()
    assert set(folder.texts()) == {"a.txt", "b.txt"}


def test_update_without_an_article_leaves_no_text_of_deleted_files(folder: Folder) -> None:
    def broken_off() -> Any:
        raise KeyboardInterrupt

    kept = folder.settings.index / ".building/sources"
    with pytest.raises(KeyboardInterrupt):
        pipeline.update(folder.settings, broken_off)
    assert b"Orion" in kept.read_bytes()
    for path in folder.seeds.iterdir():
        path.unlink()
    with pytest.raises(SettingsError, match="no readable article"):
        folder.update()
    assert not kept.exists()


def test_update_that_is_given_up_goes_on_from_there(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("euaiqa.index.embedding.AT_ONCE", 4)
    for number in range(9):
        folder.write(f"n{number}.txt", f"Usine {number}\n\nL'usine {number} emploie du monde.")

    def pause() -> None:
        if len(folder.encoder.encoded) > 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.update(steps=index.Steps(pause=pause))
    done = set(folder.encoder.encoded)
    with pytest.raises(IndexMissing):
        folder.load()
    folder.update()
    again = done & set(folder.encoder.encoded)
    assert len(done) > 9 and len(again) <= 4  # what was on its way to the disk
    assert len(folder.texts()) == 11


@pytest.mark.parametrize("full", [False, True])
def test_update_that_is_given_up_reads_no_file_twice(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    """To read a file may take seconds; whoever wants all of it anew says so."""
    real, read = documents.source_of, list[str]()

    def source_of(data: bytes, name: str) -> Source:
        if name == "c.txt" and "c.txt" not in read:
            read.append(name)
            raise KeyboardInterrupt
        read.append(name)
        return real(data, name)

    monkeypatch.setattr(documents, "source_of", source_of)
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    with pytest.raises(KeyboardInterrupt):
        folder.update()
    folder.write("b.txt", "L'usine de Douai\n\nL'usine de Douai emploie 800 personnes.")
    assert folder.update(full=full).articles == 3
    assert read == ["a.txt", "b.txt", "c.txt", *(["a.txt"] if full else []), "b.txt", "c.txt"]
    assert "800 personnes" in folder.texts()["b.txt"]
    assert not (folder.settings.index / ".building").exists()


def test_update_damaged_vectors_of_a_broken_build_are_found(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no vector is not swapped in."""
    folder.update()
    before = folder.files()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    real = HashEncoder.encode_passages
    monkeypatch.setattr(HashEncoder, "encode_passages", lambda *a, **k: 0 * real(*a, **k))
    with pytest.raises(IndexMismatch, match="damaged"):
        folder.update()
    monkeypatch.undo()
    assert {k: v for k, v in folder.files().items() if ".building" not in k} == before


def test_update_while_another_builds_is_told(folder: Folder) -> None:
    folder.update()
    code = (
        "import sys, pathlib, euaiqa.index as i\n"
        "with i.locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(folder.settings.index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(IndexBusy, match="another program"):
            folder.update()
        other.kill()  # and leaves the lock behind
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    assert folder.update().changes.added == ("c.txt",)


def test_roll_back_puts_the_version_before_back_and_forth(folder: Folder) -> None:
    first = folder.update()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    second = folder.update()
    assert pipeline.roll_back(folder.settings).index_version == first.index_version
    assert set(folder.texts()) == {"a.txt", "b.txt"}
    assert index.pointer(folder.settings.index).held
    assert pipeline.roll_back(folder.settings).index_version == second.index_version
    assert not index.pointer(folder.settings.index).held


def test_roll_back_after_a_full_build_of_the_same_goes_to_another(folder: Folder) -> None:
    first = folder.update()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    second = folder.update()
    assert folder.update(full=True).index_version == second.index_version
    assert pipeline.roll_back(folder.settings).index_version == first.index_version


def test_roll_back_without_a_version_before_is_told(folder: Folder) -> None:
    with pytest.raises(IndexMissing, match="no index"):
        pipeline.roll_back(folder.settings)
    folder.update()
    with pytest.raises(IndexMissing, match="no earlier version"):
        pipeline.roll_back(folder.settings)


@pytest.mark.parametrize("damage", ["schema", "dense"])
def test_roll_back_to_a_version_that_cannot_be_used_changes_nothing(
    folder: Folder, damage: str
) -> None:
    folder.update()
    version = index.current(folder.settings.index)
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.update()
    if damage == "schema":
        told = json.loads((version / "manifest.json").read_text())
        (version / "manifest.json").write_text(json.dumps(told | {"schema": 1}))
    else:
        (version / "dense.faiss").unlink()
    with pytest.raises(IndexMismatch):
        pipeline.roll_back(folder.settings)
    assert "c.txt" in folder.texts() and not index.pointer(folder.settings.index).held


def test_update_after_roll_back_builds_what_the_folder_holds(folder: Folder) -> None:
    folder.update()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    second = folder.update()
    pipeline.roll_back(folder.settings)
    assert folder.update().index_version == second.index_version
    assert not index.pointer(folder.settings.index).held


def test_update_without_a_change_holds_no_version(folder: Folder) -> None:
    folder.update()
    path = folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    folder.update()
    pipeline.roll_back(folder.settings)
    path.unlink()
    folder.update()
    assert not index.pointer(folder.settings.index).held


@pytest.fixture
def prepare(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What a start of the server does about the index, and what it says."""
    monkeypatch.setattr(build, "_pull", lambda *_, **__: None)
    monkeypatch.setattr(build, "encoder_of", lambda _: folder.encoder)

    def run() -> str:
        console = Console(width=200, record=True, file=io.StringIO())
        build.prepare(folder.settings, console)
        return console.export_text()

    return run


def test_prepare_leaves_a_version_that_was_put_back(
    folder: Folder, prepare: Callable[[], str]
) -> None:
    assert "2 new" in prepare()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    assert "1 new" in prepare()
    pipeline.roll_back(folder.settings)
    assert "was put back" in prepare()
    assert set(folder.texts()) == {"a.txt", "b.txt"}


def test_prepare_without_the_folder_serves_what_is_there(
    folder: Folder, prepare: Callable[[], str]
) -> None:
    prepare()
    folder.seeds.rename(folder.seeds.with_name("gone"))
    said = prepare()
    assert "does not exist" in said and "serves on" in said
    assert folder.texts()


def test_prepare_while_another_builds_uses_what_is_there(
    folder: Folder, prepare: Callable[[], str]
) -> None:
    prepare()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    with index.locked(folder.settings.index):
        assert "Another program builds" in prepare()
    assert set(folder.texts()) == {"a.txt", "b.txt"}


def test_prepare_that_cannot_build_uses_what_is_there(
    folder: Folder, prepare: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    real = HashEncoder.encode_passages
    monkeypatch.setattr(HashEncoder, "encode_passages", lambda *a, **k: 0 * real(*a, **k))
    assert "damaged" in prepare()
    assert set(folder.texts()) == {"a.txt", "b.txt"}


def test_status_with_another_encoder_tells_that_all_is_new(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.update()
    files: Any = SimpleNamespace(fingerprint="other", path=folder.seeds)
    monkeypatch.setattr(models, "locate_encoder", lambda _: files)
    assert pipeline.status(folder.settings).changes.added == ("a.txt", "b.txt")


def test_prepare_without_folder_and_index_fails(folder: Folder, prepare: Callable[[], str]) -> None:
    folder.seeds.rename(folder.seeds.with_name("gone"))
    with pytest.raises(SettingsError, match="does not exist"):
        prepare()


def test_update_tells_how_far_it_is(folder: Folder) -> None:
    told: list[Progress] = []
    folder.update(steps=index.Steps(told.append))
    names = list(dict.fromkeys(progress.step for progress in told))
    assert names[0] == "reading files" and names[-1] == "checking"
    assert "embedding texts" in names
    for name in names:
        last = [progress for progress in told if progress.step == name][-1]
        assert last.done == last.total


def test_status_tells_articles_versions_and_what_would_change(folder: Folder) -> None:
    assert pipeline.status(folder.settings).index_version == ""
    folder.write(
        "d.md", "---\ndate: 2025-02-11\n---\n\nThe plan\n\nThe plan costs 5 million euros."
    )
    folder.update()
    folder.write("c.txt", "Vega\n\nLe programme Vega coûte 2 millions d'euros.")
    (folder.seeds / "bad.txt").write_bytes(b"\0")
    told = pipeline.status(folder.settings)
    assert told.articles == 3 and told.languages == {"fr": 2, "en": 1}
    assert told.months == {"": 2, "2025-02": 1}
    assert told.changes.added == ("c.txt",)
    (problem,) = told.changes.problems
    assert problem.document == "bad.txt" and problem.remedy
    assert told.bytes > 1000 and not told.held and told.previous == ""
    folder.update()
    assert pipeline.status(folder.settings).previous == told.index_version
