"""The library: collections made, filled, emptied, renamed and deleted, by one process and by several."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_encoder import FakeEncoder
from filelock import FileLock

from index import Document, Index, IndexLocked, UnreadableFile
from index.folder import live
from index.folder import merge as merging
from index.folder.snapshot import Snapshot
from index.text.structure.blocks import find_blocks
from qa.article import article
from qa.collections import library as libraries
from qa.collections.library import Library
from qa.collections.types import (
    BUILT_IN,
    Added,
    CollectionExists,
    CollectionNotFound,
    Duplicate,
    InvalidName,
    Progress,
    ReadOnlyCollection,
    TooManyCollections,
    data_folder,
)

AGREEMENT = "وقّع محمد الكاتب الاتفاقية.\nThen he went home.\n"


@pytest.fixture
def library(tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library whose built-in article was indexed by the fake encoder."""
    built_in = Index.build([article()], tmp_path / "article", encoder=encoder, show_progress=False)
    monkeypatch.setattr(libraries, "article_index", lambda: built_in)
    encoder.encoded.clear()
    return Library(tmp_path / "data", encoder=encoder)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "agreement.txt").write_text(AGREEMENT, "utf-8")
    (folder / "border.md").write_text("# The border\n\nIt has two gates.", "utf-8")
    return [folder / "agreement.txt", folder / "border.md"]


def names(library: Library) -> list[str]:
    return [info.name for info in library.collections()]


def sources(library: Library, name: str) -> list[str]:
    return [info.source for info in library.documents(name)]


def test_the_built_in_article_is_always_there_and_cant_be_changed(
    library: Library, files: list[Path]
) -> None:
    (info,) = library.collections()
    assert (info.name, info.documents, info.read_only) == (BUILT_IN, 1, True)
    (document,) = library.documents(BUILT_IN)
    assert (document.title, document.author, document.paragraphs) == (article().title, article().author, 7)
    assert library.open(BUILT_IN).documents[0] == article()
    for change in (
        lambda: library.add_files(BUILT_IN, files),
        lambda: library.remove(BUILT_IN, [document.id]),
        lambda: library.rename("Built-in  Article", "mine"),
        lambda: library.delete(BUILT_IN),
    ):
        with pytest.raises(ReadOnlyCollection):
            change()
    with pytest.raises(CollectionExists):
        library.create(BUILT_IN.upper())


def test_files_are_added_and_can_be_asked_after_a_restart(
    library: Library, files: list[Path], encoder: FakeEncoder
) -> None:
    assert library.create(" كتبي  ٢٠٢٥ ").name == "كتبي ٢٠٢٥"
    added = library.add_files("كتبي ٢٠٢٥", files)
    assert (added.unchanged, added.duplicates, added.failed) == ((), (), ())
    again = Library(library.folder, encoder=encoder)
    assert list(added.added) == again.documents("كتبي ٢٠٢٥")
    first, second = added.added
    assert (first.source, first.title, first.paragraphs) == ("agreement.txt", "agreement", 2)
    assert (second.source, second.title, second.paragraphs) == ("border.md", "The border", 2)
    assert first.added is not None
    index = again.open("كتبي ٢٠٢٥")
    assert index.search("gates", k=1)[0].passage.text == "It has two gates."
    kept = Document(
        AGREEMENT,
        title="agreement",
        source="agreement.txt",
        id=first.id,
        blocks=find_blocks(AGREEMENT),
    )
    assert index.document(first.id) == kept
    assert [(i.documents, i.passages, i.read_only) for i in again.collections()[1:]] == [(2, 3, False)]
    assert not list(library.folder.rglob("*.txt.*")) + list(library.folder.rglob("agreement*"))


def test_every_file_is_told_of(library: Library, files: list[Path], encoder: FakeEncoder) -> None:
    library.create("texts")
    library.add_files("texts", files)
    copy, bad, newer = (files[0].parent / name for name in ("copy.txt", "bad.txt", "new.txt"))
    copy.write_text(AGREEMENT, "utf-8")
    bad.write_bytes(b"\0")
    newer.write_text("A new text.")
    encoder.encoded.clear()
    added = library.add_files("texts", [*files, copy, bad, newer, newer, files[0].parent / "none.txt"])
    assert [info.source for info in added.added] == ["new.txt"]
    assert [info.source for info in added.unchanged] == ["agreement.txt", "border.md"]
    assert added.duplicates == (Duplicate("copy.txt", "agreement.txt"),)
    assert [str(error).partition(": ")[0] for error in added.failed] == [
        str(bad),
        str(copy.with_name("none.txt")),
    ]
    assert all(isinstance(error, UnreadableFile) for error in added.failed)
    assert encoder.encoded == ["new", "A new text."]  # the title is searched, too
    assert library.add_files("texts", []) == Added()


def test_a_newer_text_of_the_same_name_takes_the_older_ones_place(
    library: Library, files: list[Path]
) -> None:
    library.create("texts")
    first, _ = library.add_files("texts", files).added
    files[0].write_text("Another text.")
    added = library.add_files("texts", [*files, *files[:1]])
    (info,) = added.added
    assert added.replaced == ("agreement.txt",)
    assert sources(library, "texts") == ["border.md", "agreement.txt"]
    assert first.id not in {document.id for document in library.open("texts").documents}
    # And back again: the older text is a new one by now.
    files[0].write_text(AGREEMENT, "utf-8")
    assert library.add_files("texts", files[:1]).added[0].id == first.id
    assert info.id not in {document.id for document in library.open("texts").documents}


def test_two_files_of_one_name_that_come_together_are_both_kept(library: Library, tmp_path: Path) -> None:
    paths = [tmp_path / folder / "notes.txt" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(f"Notes of {path.parent.name}.", "utf-8")
    library.create("texts")
    library.add_files("texts", paths)
    assert sources(library, "texts") == ["notes.txt", "notes.txt"]


def test_documents_are_removed_and_can_be_added_again(library: Library, files: list[Path]) -> None:
    library.create("texts")
    first, second = library.add_files("texts", files).added
    with pytest.raises(KeyError):
        library.remove("texts", [first.id, "unknown"])
    assert len(library.documents("texts")) == 2
    library.remove("texts", [first.id, second.id])
    assert library.documents("texts") == []
    assert [info.source for info in library.add_files("texts", files).added] == ["agreement.txt", "border.md"]


def test_collections_are_renamed_and_deleted(library: Library, files: list[Path]) -> None:
    library.create("one")
    library.create("two")
    library.add_files("one", files)
    assert library.rename("one", "Three").documents == 2
    assert library.rename("Three", "THREE").name == "THREE"
    assert names(library) == [BUILT_IN, "THREE", "two"]
    for taken in ("two", "Two", BUILT_IN):
        with pytest.raises(CollectionExists):
            library.rename("THREE", taken)
    library.delete("three")
    assert names(library) == [BUILT_IN, "two"]
    for act in (library.open, library.documents, library.delete):
        with pytest.raises(CollectionNotFound, match="There is no collection 'three'"):
            act("three")
    assert len(list((library.folder / "collections").iterdir())) == 1


@pytest.mark.parametrize("name", ["", "  ", "---", "a\0b", "a\u202eb", "a\u200fb", "x" * 101, "\ud800a"])
def test_what_cant_be_a_name_is_refused(library: Library, name: str) -> None:
    with pytest.raises(InvalidName):
        library.create(name)
    assert names(library) == [BUILT_IN]


@pytest.mark.parametrize("name", ["../../out", "/etc", "a/b", "..a", "con", "كتب", "a:b|c*", ".x", "😀 1"])
def test_any_other_name_is_only_a_name(library: Library, name: str, tmp_path: Path) -> None:
    library.create(name)
    assert names(library) == [BUILT_IN, name]
    (folder,) = (library.folder / "collections").iterdir()
    assert folder.name.isalnum()
    assert folder.name.isascii()
    assert {path.name for path in tmp_path.iterdir()} == {"article", "data"}
    library.delete(name)
    assert names(library) == [BUILT_IN]


def test_progress_is_told_from_the_first_file_to_the_last_passage(
    library: Library, files: list[Path]
) -> None:
    told: list[Progress] = []
    library.create("texts")
    library.add_files("texts", files, told.append)
    assert [(p.stage, p.done, p.total) for p in told] == [
        *(("reading", done, 2) for done in range(3)),
        *(("encoding", done, 3) for done in range(4)),
    ]
    assert told[-1].seconds_left == 0


def test_what_was_encoded_before_an_interruption_isnt_encoded_again(
    library: Library, files: list[Path], encoder: FakeEncoder
) -> None:
    def stop(progress: Progress) -> None:
        if (progress.stage, progress.done) == ("encoding", 2):
            raise KeyboardInterrupt

    library.create("texts")
    with pytest.raises(KeyboardInterrupt):
        library.add_files("texts", files, stop)
    assert library.documents("texts") == []
    done = set(encoder.encoded)
    encoder.encoded.clear()
    assert len(library.add_files("texts", files).added) == 2
    assert len(encoder.encoded) == 2
    assert done.isdisjoint(encoder.encoded) or len(done) > 2


def test_the_same_text_in_two_collections_is_two_documents(library: Library, files: list[Path]) -> None:
    ids = []
    for name in ("one", "two"):
        collection = library.create(name).id
        (added,) = library.add_files(name, files[:1]).added
        assert added.id.startswith(f"{collection}-")
        ids.append(added.id)
    assert ids[0] != ids[1]


def test_what_never_came_in_takes_no_room(library: Library, files: list[Path], encoder: FakeEncoder) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "encoding":
            raise KeyboardInterrupt

    size = sum(file.stat().st_size for file in files)
    small = Library(library.folder, encoder=encoder, max_total_bytes=size + 1)
    small.create("texts")
    with pytest.raises(KeyboardInterrupt):
        small.add_files("texts", files, stop)
    added = small.add_files("texts", files)
    assert len(added.added) == 2
    assert added.failed == ()


def test_sizes_are_limited_for_each_file_and_for_all(
    tmp_path: Path, library: Library, encoder: FakeEncoder
) -> None:
    small = Library(library.folder, encoder=encoder, max_bytes=100, max_total_bytes=150)
    small.create("texts")
    paths = []
    for number, size in enumerate((90, 110, 70, 50)):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"{number}" * size)
        paths.append(path)
    added = small.add_files("texts", paths)
    assert [info.source for info in added.added] == ["0.txt", "3.txt"]
    large, too_many = map(str, added.failed)
    assert "1.txt: it has 0.0 MB; the most is" in large
    assert "2.txt: with it the files of this collection would have more than" in too_many


def test_a_moved_file_needs_no_further_room(
    library: Library, encoder: FakeEncoder, files: list[Path]
) -> None:
    size = sum(file.stat().st_size for file in files)
    full = Library(library.folder, encoder=encoder, max_total_bytes=size)
    full.create("texts")
    full.follow("texts", files[0].parent.resolve())
    full.synchronise("texts", [file.name for file in files])
    files[0].rename(files[0].with_name("moved.txt"))
    added = full.synchronise("texts", [files[0].name, "moved.txt"])
    assert added.failed == ()
    assert sorted(sources(full, "texts")) == ["files/border.md", "files/moved.txt"]


def test_of_two_files_with_one_name_both_stay(tmp_path: Path, library: Library, files: list[Path]) -> None:
    library.create("texts")
    library.add_files("texts", files)
    (tmp_path / files[0].name).write_text("Another text.", "utf-8")
    added = library.add_files("texts", [files[0], tmp_path / files[0].name])
    assert (len(added.unchanged), len(added.added)) == (1, 1)
    assert sources(library, "texts").count(files[0].name) == 2


def test_one_process_at_a_time_changes_a_collection(
    library: Library, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.collections.metadata._PATIENCE", 0.01)
    library.create("texts")
    (folder,) = (library.folder / "collections").iterdir()
    with FileLock(folder / "changes.lock"):
        for change in (
            lambda: library.add_files("texts", files),
            lambda: library.remove("texts", []),
            lambda: library.rename("texts", "other"),
            lambda: library.delete("texts"),
        ):
            with pytest.raises(IndexLocked, match="Another process is changing the collection 'texts'"):
                change()
        assert library.documents("texts") == []  # reading goes on
    with FileLock(library.folder / "changes.lock"), pytest.raises(IndexLocked):
        library.create("other")
    library.add_files("texts", files)


def test_what_a_crash_left_is_no_collection_and_is_removed(library: Library) -> None:
    library.create("texts")
    left = library.folder / "collections" / ".0123456789ab"
    left.mkdir()
    (left / "collection.json").write_text("{}")
    assert names(library) == [BUILT_IN, "texts"]
    library.create("other")
    assert not left.exists()


def test_a_damaged_collection_is_listed_with_what_is_wrong_and_can_be_deleted(library: Library) -> None:
    library.create("texts")
    library.create("sound")
    folder = next(
        f
        for f in (library.folder / "collections").iterdir()
        if "texts" in (f / "collection.json").read_text()
    )
    (folder / "index" / "manifest.json").write_text("nonsense")
    damaged = next(info for info in library.collections() if info.name == "texts")
    assert "is damaged" in damaged.fault
    assert next(info for info in library.collections() if info.name == "sound").fault == ""
    (folder / "collection.json").write_text("{")
    assert names(library)[1:] in ([folder.name, "sound"], ["sound", folder.name])
    library.delete(folder.name)
    assert names(library) == [BUILT_IN, "sound"]


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DALIL_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    assert Library().folder == tmp_path / "mine"
    monkeypatch.delenv("DALIL_DATA")
    assert data_folder().name == "dalil"


def test_importing_the_library_loads_nothing_heavy() -> None:
    heavy = ("gradio", "torch", "pdfminer", "turbohtml", "fontTools", "faiss")
    code = f"import sys, qa.collections.library; print([name for name in {heavy!r} if name in sys.modules])"
    path = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True
    )
    assert done.stdout == b"[]\n"


def test_what_hasnt_changed_isnt_opened_again(
    library: Library, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        library.create(f"collection {number}")
    first = library.collections()
    opened: list[Path] = []
    load = live.load

    def counted(folder: Path, older: Snapshot | None = None, every_byte: bool = False) -> Snapshot:
        opened.append(folder)
        return load(folder, older, every_byte)

    monkeypatch.setattr(live, "load", counted)
    assert library.collections() == first
    assert [library.info(info.id) for info in first] == first
    assert opened == []
    # One that has is, once.
    library.add_files("collection 3", files)
    opened.clear()
    second = library.collections()
    assert library.collections() == second
    assert {folder.parent.name for folder in opened} <= {first[4].id}
    assert len(opened) <= 1
    assert [info.documents for info in second[1:]] == [0, 0, 0, 2, 0]
    opened.clear()
    assert library.documents("collection 3") == library.documents("collection 3")
    library.rename("collection 2", "another name")
    assert {"another name", "collection 2"} & set(names(library)) == {"another name"}
    library.delete("collection 0")
    assert len(library.collections()) == 5
    with pytest.raises(CollectionNotFound):
        library.info(first[1].id)


def test_changes_are_merged_beside_questions(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_SMALL", 0)  # so that no change does it by itself
    library.create("one")
    segments = []
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(f"The river has flooded {number} times.")
        library.add_files("one", [tmp_path / f"{number}.txt"])
        merged()
        segments.append(len(list((library.folder / "collections").glob("*/index/*/rows.sqlite"))))
    assert segments == [2, 1, 2, 1]
    assert len(library.documents("one")) == 4
    assert library.open("one").search("river", k=9)


def merged() -> None:
    """Waits for merges in the background."""
    for thread in threading.enumerate():
        if thread.name == "merge":
            thread.join()


def is_left(library: Library) -> bool:
    """Whether something of the text below is in a library's files."""
    files = (path for path in library.folder.rglob("*") if path.is_file())
    return any("Zanzibar" in path.read_bytes().decode(errors="replace") for path in files)


@pytest.fixture
def secret(library: Library, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a document that isn't the only one of its collection; nothing is due to be merged."""
    monkeypatch.setattr(merging, "_PER_TIER", 9)
    library.create("one")
    (tmp_path / "secret.txt").write_text("Zanzibar grows cloves.")
    library.add_files("one", files)
    added = library.add_files("one", [tmp_path / "secret.txt"])
    merged()
    assert is_left(library)
    return added.added[0].id


def test_a_removed_text_is_gone_from_disk_soon(library: Library, secret: str) -> None:
    library.remove("one", [secret])
    merged()
    assert not is_left(library)
    assert len(library.documents("one")) == 2


def test_a_replaced_text_is_gone_from_disk_soon(library: Library, secret: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("What may be read.")
    library.add_files("one", [tmp_path / "secret.txt"])
    assert secret not in {document.id for document in library.documents("one")}
    merged()
    assert not is_left(library)


def test_a_removed_text_that_could_not_be_deleted_goes_with_the_next_change(
    library: Library, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise IndexLocked("Another process is writing.")

    with monkeypatch.context() as patch:
        patch.setattr(libraries, "merge", locked)
        library.remove("one", [secret])
        merged()
    assert is_left(library)
    (tmp_path / "new.txt").write_text("Something else.")
    library.add_files("one", [tmp_path / "new.txt"])
    merged()
    assert not is_left(library)


@pytest.mark.parametrize("is_killed", [True, False])
def test_what_is_left_of_removed_texts_goes_when_a_server_starts(
    is_killed: bool, library: Library, secret: str
) -> None:
    index = library.open("one")
    index.remove([secret])
    if is_killed:  # between making the merged segment visible and deleting the others
        index.optimize()
        (left := Path(index.location) / "segment-0123456789abcdef").mkdir()
        (left / "rows.sqlite").write_text("Zanzibar")
    assert is_left(library)
    Library(library.folder).clean_later()
    merged()
    assert not is_left(library)


def test_a_whole_collection_is_merged_on_request(library: Library, secret: str) -> None:
    library.open("one").remove([secret])
    library.optimize("one")
    assert not is_left(library)
    with pytest.raises(ReadOnlyCollection):
        library.optimize(BUILT_IN)


def test_another_process_changes_are_seen(library: Library, files: list[Path], encoder: FakeEncoder) -> None:
    library.create("one")
    other = Library(library.folder, encoder=encoder)
    assert other.collections() == library.collections()
    library.add_files("one", files)
    assert other.collections() == library.collections()
    assert other.documents("one") == library.documents("one")
    (library.folder / "collections" / other.collections()[1].id / "index" / "manifest.json").write_text(
        "rubbish"
    )
    assert other.collections()[1].fault
    assert other.info(other.collections()[1].id).fault


@pytest.mark.parametrize("id_", ["", ".", "..", "../collections", "none", "/", "a\0b"])
def test_an_id_names_a_collection_or_nothing(library: Library, id_: str) -> None:
    library.create("one")
    with pytest.raises(CollectionNotFound):
        library.info(id_)


def test_there_are_so_many_collections(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "MAX_COLLECTIONS", 2)
    library.create("one")
    library.create("two")
    with pytest.raises(TooManyCollections, match="There are 2 collections, and no more can be made"):
        library.create("three")
    library.delete("one")
    library.create("three")


def test_only_its_owner_may_look_into_the_data_folder(library: Library) -> None:
    library.create("one")
    assert stat.S_IMODE(library.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["collections", "documents"])
def test_who_wants_a_collection_at_once_waits_for_the_first_who_opens_it(
    library: Library, files: list[Path], encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    library.create("texts")
    library.add_files("texts", files)
    fresh = Library(library.folder, encoder=encoder)
    opened: list[Path] = []
    let_go, begun = threading.Event(), threading.Event()
    load = live.load

    def wait(folder: Path, older: Snapshot | None = None, every_byte: bool = False) -> Snapshot:
        opened.append(folder)
        begun.set()
        assert let_go.wait(60)
        return load(folder, older, every_byte)

    monkeypatch.setattr(live, "load", wait)
    look = fresh.collections if what == "collections" else lambda: fresh.documents("texts")
    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(look) for _ in range(8)]
        assert begun.wait(60)
        (lock,) = fresh._folders._opening.values()
        assert lock.locked()
        let_go.set()
        found = [one.result() for one in looks]
    assert len(opened) == 1
    assert all(one == found[0] for one in found)
