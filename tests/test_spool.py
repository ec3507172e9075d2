"""Articles on their way into the index: what was read is not read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Document, Source, Span
from euaiqa.errors import SettingsError
from euaiqa.index import Article, Spool
from euaiqa.index.manifest import SCHEMA
from euaiqa.notice import Notice

KEPT = Path(".building/sources")
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
sources = st.lists(
    st.builds(
        Source,
        id=names,
        text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        sha256=st.text("0123456789abcdef", min_size=4, max_size=4),
        title=names,
        published=st.none() | st.dates(min_value=dt.date(1000, 1, 1)),
        outside=st.sampled_from([(), (Span(0, 1),)]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda source: (source.id, source.sha256),
)


def broken_off(folder: Path, read: Sequence[Source], reader: str = "1") -> None:
    """A build that reads some files and ends there."""
    with pytest.raises(KeyboardInterrupt), Spool(folder, reader=reader) as spool:
        for source in read:
            assert spool.source(spool.put_source(source)) == source
        raise KeyboardInterrupt


def found(spool: Spool, read: Sequence[Source]) -> list[Source]:
    numbers = [spool.find_source(each.id, each.sha256) for each in read]
    return [spool.source(number) for number in numbers if number is not None]


@given(read=sources, more=sources)
def test_broken_off_build_is_gone_on_with(read: list[Source], more: list[Source]) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        broken_off(folder, read)
        broken_off(folder, [])
        with Spool(folder, reader="1") as spool:
            assert found(spool, read) == read
            for source in more:
                spool.put_source(source)
            assert found(spool, more) == more
        assert not (folder / ".building").exists()


def test_what_is_missing_of_a_file_is_told_with_its_parts(tmp_path: Path) -> None:
    missing = Notice("page {page} of {all}: a picture without text", page=2, all=9)
    broken_off(tmp_path, [Source("a.pdf", "Text.", "00", missing=missing)])
    with Spool(tmp_path, reader="1") as spool:
        (source,) = found(spool, [Source("a.pdf", "", "00")])
    assert source.missing == "page 2 of 9: a picture without text"
    assert source.missing.values == {"page": 2, "all": 9}


@given(read=sources, data=st.data())
def test_damage_loses_no_more_than_what_follows_it(read: list[Source], data: st.DataObject) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        ends = []
        for number in range(len(read)):
            broken_off(folder, read[number : number + 1])
            ends.append((folder / KEPT).stat().st_size)
        kept = bytearray((folder / KEPT).read_bytes())
        at = data.draw(st.integers(0, len(kept) - 1))
        if data.draw(st.booleans()):
            del kept[at:]
        else:
            kept[at] ^= data.draw(st.integers(1, 255))
        (folder / KEPT).write_bytes(kept)
        with Spool(folder, reader="1") as spool:
            whole = sum(end <= at for end in ends)
            assert found(spool, read) == read[:whole]
            spool.put_source(read[0])
            assert found(spool, read[:1]) == read[:1]


def test_what_another_reader_read_is_not_found(tmp_path: Path) -> None:
    source = Source("a.pdf", "Un texte.", "abcd")
    broken_off(tmp_path, [source])
    with Spool(tmp_path, reader="2") as spool:
        assert spool.find_source("a.pdf", "abcd") is None


def test_what_was_kept_in_another_layout_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off(tmp_path, [Source("a.pdf", "Un texte.", "abcd")])
    monkeypatch.setattr("euaiqa.index.spool.SCHEMA", SCHEMA + 1)
    with Spool(tmp_path, reader="1") as spool:
        assert spool.find_source("a.pdf", "abcd") is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_full_disk_is_told_with_the_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("euaiqa.index.spool._opened", lambda *_: open("/dev/full", "wb"))  # noqa: PTH123, SIM115
    monkeypatch.setattr("euaiqa.index.spool._Rows.recover", lambda _: {})
    source = Source("a.txt", "Un texte.", "abcd")
    with Spool(tmp_path) as spool:
        with pytest.raises(SettingsError, match="No space left") as kept:
            spool.put_source(source)
        with pytest.raises(SettingsError, match="No space left") as nameless:
            spool.put(Article(Document("a.txt", "A", None, "fr", "Un texte.", "abcd"), source))
    with Spool() as spool, pytest.raises(SettingsError) as unkept:
        spool.put_source(source)
    assert "that the index is on" in kept.value.hint and "TMPDIR" not in kept.value.hint
    assert "TMPDIR" in nameless.value.hint and "TMPDIR" in unkept.value.hint


@pytest.mark.parametrize(("id_", "sha256"), [("b.pdf", "abcd"), ("a.pdf", "abce")])
def test_another_file_is_not_found(tmp_path: Path, id_: str, sha256: str) -> None:
    broken_off(tmp_path, [Source("a.pdf", "Un texte.", "abcd")])
    with Spool(tmp_path, reader="1") as spool:
        assert spool.find_source(id_, sha256) is None


def test_anew_finds_nothing(tmp_path: Path) -> None:
    broken_off(tmp_path, [Source("a.pdf", "Un texte.", "abcd")])
    with Spool(tmp_path, reader="1", anew=True) as spool:
        assert spool.find_source("a.pdf", "abcd") is None


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt), Spool() as spool:
        spool.put_source(Source("a.pdf", "Un texte.", "abcd"))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".building").write_text("no folder")
    with pytest.raises(SettingsError, match="cannot be written"):
        Spool(tmp_path)
