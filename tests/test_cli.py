"""The command line, run as a person or a script would: what it prints, where, and its exit codes."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from fake_encoder import FakeEncoder
from typer.testing import CliRunner, Result
from writing_server import Script, perfect, writing

import index.encoding.load
import qa.answering.answer
from cli.app import app
from cli.exit_codes import BAD_INPUT
from index import EncoderMismatch, EncoderUnavailable, Index, IndexLocked
from index.folder import merge
from qa import Conversation, converse
from qa.article import article, article_index
from qa.collections.library import Library
from qa.collections.single import SingleIndex
from qa.feedback.judgements import Verdict, record
from qa.messages import say
from qa.writing.client import WriterTrouble
from web.server.sharing import Sharing
from web.server.users import Users

REPOSITORY = Path(__file__).resolve().parent.parent

AGREEMENT = "وقّع محمد الكاتب الاتفاقية يوم الأحد.\nثم عاد إلى دمشق في اليوم التالي.\n"
BORDER = "# The border\r\n\r\nSalim opened the crossing in 2017.\r\n\r\nIt has two gates.\r\n"
# What a reader sees of it.
BORDER_TEXT = "The border\n\nSalim opened the crossing in 2017.\n\nIt has two gates."
WHO_SIGNED, WHO_OPENED = "من وقّع الاتفاقية؟", "Who opened the crossing?"
MOON = "Which astronaut walked there?"

# The command line in a process of its own, with the encoder and the judgement of these tests.
FAKE_DALIL = (
    sys.executable,
    "-Werror",
    "-c",
    "import test_cli, sys; test_cli.install(); from cli.entry import main; main()",
)
REAL_DALIL = "from cli.entry import main; main()"
COMMON_CACHE = os.environ["DALIL_CACHE"]  # has the real model


def load(name: str | None = None) -> FakeEncoder:
    """In place of `index.encoding.load`."""
    if name == "missing":
        raise EncoderUnavailable("The model 'missing' can't be loaded:\nit isn't there.")
    return FakeEncoder(name=name or "fake")


def judge(*arguments: Any) -> float:
    """In place of `qa.answering.confidence.confidence`, which was fitted to the real encoder's scores."""
    found = arguments[2]
    return 0.9 if found and found[0].lexical >= 0.3 else 0.0


def install() -> None:
    """Puts both in place for a whole process, which has no reader."""
    index.encoding.load.load = load
    qa.answering.reader.bundled_reader = lambda: None  # type: ignore[assignment]
    setattr(qa.answering.answer, "confidence", judge)  # noqa: B010 - a name that the module only imports


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache apart from the other tests': the built-in article's index in it is the fake encoder's."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def surroundings(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(index.encoding.load, "load", load)
    monkeypatch.setattr(qa.answering.answer, "confidence", judge)
    monkeypatch.setenv("DALIL_CACHE", str(cache))
    monkeypatch.delenv("DALIL_INDEX", raising=False)
    monkeypatch.chdir(tmp_path)
    article_index.cache_clear()
    yield
    article_index.cache_clear()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder with two texts; it is indexed in `dalil-index`."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "agreement.txt").write_text(AGREEMENT, "utf-8")
    (folder / "border.md").write_bytes(BORDER.encode())
    assert dalil("index", "texts").exit_code == 0
    return folder


def dalil(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, prog_name="dalil")


def process(
    *arguments: str | bytes, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*FAKE_DALIL, *arguments],
        input=stdin,
        capture_output=True,
        env=surrounding(environment or {}),
        timeout=300,
    )


def surrounding(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tests'}", **environment}


def texts_of(folder: str | Path = "dalil-index") -> dict[str, str]:
    return {Path(d.source).name: d.text for d in Index.open(folder).documents}


def test_help_says_what_each_command_does() -> None:
    shown = dalil("--help")
    assert shown.exit_code == 0
    for line in (
        "  index   Makes an index of your texts, or updates the one that is there.",
        "  doctor  Reports the state of an index, and what to do.",
        "  ask     Answers a question with sentences quoted from your texts.",
        "  search  Lists the passages nearest to a question, best first.",
        "  chat    Serves the chat until Ctrl-C, to this machine only unless shared.",
        "  mcp     Lets agents ask your texts, over the Model Context Protocol.",
        "  user    Adds and removes users of a shared chat.",
        "    1    ask: the texts don't answer it",
    ):
        assert line in shown.stdout.splitlines()
    for command in (
        "index",
        "doctor",
        "ask",
        "search",
        "chat",
        "mcp",
        "user add",
        "user remove",
        "user list",
    ):
        shown = dalil(*command.split(), "-h")
        assert shown.exit_code == 0
        assert "Examples:\n    dalil " in shown.stdout
        assert "Exit codes:\n    0    done" in shown.stdout
        assert "…" not in shown.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ("torch", "sentence_transformers", "transformers", "faiss", "gradio", "scipy", "sklearn")
    program = (
        "import sys; from cli.app import app\n"
        "try: app(['--help'])\n"
        f"except SystemExit: print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=surrounding({}), timeout=300, check=True
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_version_is_the_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", {"dalil": "1.2.3"}.get)
    assert dalil("--version").stdout == "dalil 1.2.3\n"


def test_the_console_script_is_this_command_line() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert '[project.scripts]\ndalil = "cli.entry:main"\n' in project


def test_index_adds_replaces_and_leaves_alone(texts: Path) -> None:
    shown = dalil("index", "texts")
    assert shown.stdout == (
        "dalil-index: 2 documents, 4 passages (0 added, 0 changed, 2 unchanged).\n"
        'Ask it: dalil ask --index dalil-index "..."\n'
    )
    (texts / "border.md").write_text("The border has two gates now.")
    (texts / "new.txt").write_text("A new text.")
    shown = dalil("index", str(texts))
    assert "3 documents, 4 passages (1 added, 1 changed, 1 unchanged)" in shown.stdout
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert texts_of() == {
        "agreement.txt": AGREEMENT,
        "border.md": "The border has two gates now.",
        "new.txt": "A new text.",
    }


def test_index_encodes_only_what_is_new(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = FakeEncoder()
    monkeypatch.setattr(index.encoding.load, "load", lambda _: encoder)
    dalil("index", "texts")
    assert encoder.encoded == []
    (texts / "new.txt").write_text("A new text.")
    dalil("index", "texts")
    assert encoder.encoded == ["new", "A new text."]  # the title is searched, too


@pytest.mark.usefixtures("texts")
def test_index_rebuild_keeps_only_what_is_named(tmp_path: Path) -> None:
    assert "1 document, 2 passages (1 added" in dalil("index", "texts/agreement.txt", "--rebuild").stdout
    assert texts_of() == {"agreement.txt": AGREEMENT}
    (segment,) = (tmp_path / "dalil-index").glob("segment-*")
    (segment / "vectors.npy").write_text("nonsense")
    damaged = dalil("index", "texts")
    assert damaged.exit_code == 3
    assert "is damaged" in damaged.stderr
    assert dalil("index", "texts", "--rebuild").exit_code == 0
    assert len(texts_of()) == 2


def test_index_remove_forgets_files_and_folders(texts: Path) -> None:
    (texts / "agreement.txt").unlink()
    (texts / "agreement.txt.d").mkdir()  # a like name isn't the same
    shown = dalil("index", "texts/agreement.txt", "texts/agreement", "--remove")
    assert shown.stdout == "dalil-index: 1 document, 2 passages (1 removed).\n"
    assert shown.stderr == "dalil: texts/agreement: the index in dalil-index holds nothing from there.\n"
    assert shown.exit_code == 4
    again = dalil("index", "texts/agreement.txt", "--remove")
    assert (again.exit_code, again.stdout) == (2, "")
    assert dalil("index", "texts/border.md", "--remove").exit_code == 0  # though it is there
    assert texts_of() == {}
    assert dalil("ask", WHO_OPENED, "--index", "dalil-index").exit_code == 1
    assert dalil("search", WHO_OPENED, "--index", "dalil-index").exit_code == 0


def test_index_remove_brings_a_folder_in_step(texts: Path) -> None:
    (texts / "border.md").rename(texts / "moved.md")
    assert "(1 added, 0 changed, 1 unchanged)" in dalil("index", "texts").stdout
    assert sorted(texts_of()) == ["agreement.txt", "border.md", "moved.md"]
    shown = dalil("index", "texts", "--remove")
    assert shown.stdout == (
        "dalil-index: 2 documents, 4 passages (0 added, 0 changed, 2 unchanged, 1 removed).\n"
        'Ask it: dalil ask --index dalil-index "..."\n'
    )
    assert sorted(texts_of()) == ["agreement.txt", "moved.md"]


@pytest.mark.usefixtures("texts")
def test_index_optimize_leaves_nothing_of_what_was_forgotten() -> None:
    dalil("index", "texts/agreement.txt", "--remove")
    assert dalil("index", "--optimize").stdout == "dalil-index: 1 document, 2 passages (merged).\n"
    files = [path.read_bytes() for path in Path("dalil-index").rglob("*") if path.is_file()]
    assert not any("الكاتب".encode() in content for content in files)
    assert any(b"crossing" in content for content in files)
    assert "1 added" in dalil("index", "texts", "--optimize").stdout


def test_doctor_tells_what_to_do(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_PER_TIER", 9)
    sound = dalil("doctor")
    assert sound.exit_code == 0
    assert sound.stdout.splitlines()[0].startswith("dalil-index: 2 documents, 4 passages, 0.")
    assert sound.stdout.splitlines()[1:] == ["Segments, by passages: 4.", "There is nothing to do."]
    (texts / "copy.txt").write_text(f"{AGREEMENT}\nوقع محمّد الكاتب الاتفاقيه يوم الاحد.", "utf-8")
    dalil("index", "texts/copy.txt")
    (texts / "border.md").unlink()
    (Path("dalil-index") / "notes.txt").write_text("mine")
    told = dalil("doctor").stdout.splitlines()
    assert told[1:] == [
        "Segments, by passages: 4, 3.",
        "Missing files (dalil index FILE... --remove -i dalil-index removes them from the index):",
        f"  {texts / 'border.md'}",
        "Documents that are nearly the same, and the share of passages in common (dalil index FILE --remove "
        "-i dalil-index removes one, until its folder is indexed again):",
        f"  {texts / 'agreement.txt'}  {texts / 'copy.txt'}  100%",
        "Not of the index (dalil index --optimize -i dalil-index removes what a crash has left):",
        "  notes.txt",
    ]
    dalil("index", "texts", "--remove")
    assert (
        "2 removed passages are still on disk: dalil index --optimize -i dalil-index"
        in dalil("doctor").stdout
    )
    dalil("index", "--optimize")
    assert "Segments, by passages: 5." in dalil("doctor").stdout
    (segment,) = (path for path in Path("dalil-index").glob("*/") if (path / "vectors.npy").exists())
    content = (segment / "vectors.npy").read_bytes()
    (segment / "vectors.npy").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    damaged = dalil("doctor")
    assert damaged.exit_code == 3
    assert "vectors.npy has other content" in damaged.stderr
    assert dalil("doctor", "--index", "none").exit_code == 3


def test_a_copy_that_was_indexed_by_itself_is_left_out_from_then_on(texts: Path) -> None:
    (texts / "copy.txt").write_text(AGREEMENT, "utf-8")
    dalil("index", "texts/copy.txt")
    assert sorted(texts_of()) == ["agreement.txt", "border.md", "copy.txt"]
    shown = dalil("index", "texts")
    told = f"dalil: {texts / 'copy.txt'}: the same text as {texts / 'agreement.txt'}; it was left out.\n"
    assert (shown.exit_code, shown.stderr) == (0, told)
    assert sorted(texts_of()) == ["agreement.txt", "border.md"]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library with the collection «كتبي», which follows a folder."""
    monkeypatch.setenv("DALIL_DATA", str(tmp_path / "data"))
    folder = tmp_path / "Notes"
    folder.mkdir()
    (folder / "agreement.txt").write_text(AGREEMENT, "utf-8")
    (folder / "border.md").write_bytes(BORDER.encode())
    library = Library(encoder=FakeEncoder())
    library.create("كتبي")
    library.follow("كتبي", folder)
    library.synchronise("كتبي", ["agreement.txt", "border.md"])
    return library


def test_a_collection_of_the_chat_is_merged_and_looked_into_by_its_name(
    mine: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "_PER_TIER", 9)
    (agreement, _) = mine.documents("كتبي")
    mine.open("كتبي").remove([agreement.id])
    (tmp_path / "Notes" / "border.md").unlink()
    told = dalil("doctor", "--collection", "كتبي")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0].startswith("كتبي: 1 documents, 2 passages, 0.")
    assert told.stdout.splitlines()[2:] == [
        "2 removed passages are still on disk: dalil index --optimize --collection 'كتبي'",
        "Missing files (the chat removes them while it runs, if the folder is there):",
        "  Notes/border.md",
    ]
    shown = dalil("index", "--optimize", "--collection", "كتبي")
    assert (shown.exit_code, shown.stdout) == (0, "كتبي: 1 document, 2 passages (merged).\n")
    files = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not any("الكاتب".encode() in content for content in files)
    assert "removed passages" not in dalil("doctor", "-c", "كتبي").stdout


@pytest.mark.usefixtures("mine")
def test_a_collection_goes_with_nothing_that_names_another_index() -> None:
    for arguments in (
        ("index", "--collection", "كتبي"),
        ("index", "Notes", "--collection", "كتبي"),
        ("index", "Notes", "--optimize", "--collection", "كتبي"),
        ("index", "--optimize", "--collection", "كتبي", "--index", "dalil"),
        ("doctor", "--collection", "كتبي", "--index", "dalil"),
    ):
        refused = dalil(*arguments)
        assert refused.exit_code == 2
        assert "--collection goes with" in refused.stderr
    assert dalil("index", "--optimize", "--collection", "other").exit_code == 2
    assert dalil("doctor", "--collection", "built-in article").exit_code == 2


@pytest.mark.usefixtures("texts")
def test_doctor_tells_of_an_encoder_that_is_missing_or_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> FakeEncoder:
        raise EncoderUnavailable(f"The model {name!r} can't be loaded: it isn't there.")

    monkeypatch.setattr(index.encoding.load, "load", missing)
    assert dalil("doctor").stdout.splitlines()[2:] == [
        "Its encoder, fake, isn't there: The model 'fake' can't be loaded: it isn't there."
    ]
    monkeypatch.setattr(index.encoding.load, "load", lambda name: FakeEncoder(seed=1, name=name))
    assert dalil("doctor").stdout.splitlines()[2:] == [
        "Another encoder has the name fake by now (fake:version1:0:32 made the index, fake:version1:1:32 is "
        "here): dalil index PATH... -i dalil-index --rebuild"
    ]


def test_index_names_what_it_cant_read_and_goes_on(texts: Path) -> None:
    (texts / "agreement.txt").write_bytes(b"\0")
    (texts / "border.md").unlink()
    (texts / "new.txt").write_text("A new text.")
    shown = dalil("index", "texts", "none.txt")
    assert shown.exit_code == 4
    assert shown.stderr.splitlines() == [
        "dalil: texts/agreement.txt: it looks like binary data (NUL bytes). "
        "If it is a text, save it as UTF-8.",
        "dalil: none.txt: there is no such file or folder.",
    ]
    # What is left of them in the index is no secret.
    assert shown.stdout == (
        "dalil-index: 3 documents, 5 passages (1 added, 0 changed, 0 unchanged).\n"
        "Gone since they were indexed (--remove removes them):\n"
        f"  {texts / 'border.md'}\n"
        "Indexed before, and not readable now:\n"
        f"  {texts / 'agreement.txt'}\n"
        'Ask it: dalil ask --index dalil-index "..."\n'
    )


def test_index_of_nothing_readable_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.7")
    shown = dalil("index", "a.txt")
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert shown.stderr == (
        "dalil: a.txt: it is a .pdf file by what is in it. Rename it.\n"
        "dalil: There is nothing to index; nothing was written.\n"
    )
    assert not (tmp_path / "dalil-index").exists()


def test_index_tells_of_the_same_text_under_two_names(texts: Path) -> None:
    (texts / "copy.txt").write_text(AGREEMENT, "utf-8")
    shown = dalil("index", "texts")
    same = f"dalil: {texts / 'copy.txt'}: the same text as {texts / 'agreement.txt'}; it was left out.\n"
    assert (shown.exit_code, shown.stderr) == (0, same)
    assert "2 documents, 4 passages (0 added, 0 changed, 2 unchanged)" in shown.stdout
    assert sorted(texts_of()) == ["agreement.txt", "border.md"]


@pytest.mark.usefixtures("texts")
def test_index_of_the_folder_that_it_stands_in_isnt_one_of_its_texts() -> None:
    dalil("index", ".")
    assert sorted(texts_of()) == ["agreement.txt", "border.md"]


@pytest.mark.usefixtures("texts")
def test_index_can_be_named_by_option_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = dalil("index", "texts/border.md", "--index", "my index")
    assert shown.stdout.endswith("""Ask it: dalil ask --index 'my index' "..."\n""")
    monkeypatch.setenv("DALIL_INDEX", "my index")
    assert json.loads(dalil("search", WHO_OPENED, "--json").stdout)["hits"][0]["title"] == "The border"
    assert "my index: 2 documents" in dalil("index", "texts").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("index", "texts", "--rebuild", "--remove"), 2, "--rebuild and --remove can't go together."),
        (("index", "texts", "--rebuild", "--watch"), 2, "--rebuild and --watch can't go together."),
        (("index",), 2, "Missing argument 'PATH'."),
        (("index", "texts", "--index", "texts"), 3, "texts holds other things than an index"),
        (("index", "texts", "--index", "texts/border.md"), 3, "is a file; an index needs a folder"),
        (("index", "texts", "--index", "new", "--model", "missing"), 3, "loaded: it isn't there."),
        (("index", "texts", "--model", "other"), 3, "was made by fake (fake:version1:0:32), not by other"),
        (("ask", "who", "--index", "none"), 3, "There is no index in none. Make one: dalil index PATH..."),
        (("index", "texts", "--index", "none", "--remove"), 3, "There is no index in none."),
        (("ask", "who", "--index", "dalil-index", "--model", "other"), 3, "not by other"),
        (("ask", "who", "--model", "other"), 2, "--model goes with --index"),
        (("ask", "who", "-k", "0"), 2, "Invalid value for '-k' / '--k'"),
        (("ask", "who", "--what"), 2, "No such option"),
        (("ask",), 2, "Missing argument 'QUESTION'."),
        (("ask", ""), 2, say("empty", "en")),
        (("ask", "؟؟"), 2, say("no_words", "en")),
        (("ask", "من قال \x1b[31m هذا؟"), 2, say("not_text", "ar")),
        (("ask", "who \udcff"), 2, say("not_text", "en")),
        (("search", "سؤال " * 500), 2, say("too_long", "ar")),
    ],
)
@pytest.mark.usefixtures("texts")
def test_errors_are_one_line_that_says_what_to_do(
    arguments: Sequence[str], code: int, complaint: str
) -> None:
    shown = dalil(*arguments)
    assert (shown.exit_code, shown.stdout) == (code, "")
    last = shown.stderr.splitlines()[-1]
    assert last.startswith(("dalil: ", "Error: "))
    assert complaint in last


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (IndexLocked("Another process is writing."), 3, "dalil: Another process is writing.\n"),
        (EncoderMismatch("Another encoder."), 3, "dalil: Another encoder.\n"),
        (OSError(28, "No space left on device", "/disk/x"), 3, "dalil: /disk/x: No space left on device.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_happens_on_the_way_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, complaint: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("qa.ask", fail)
    shown = dalil("ask", "who")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (code, "", complaint)


@pytest.mark.usefixtures("texts")
def test_ask_prints_the_answer_and_where_it_stands(texts: Path) -> None:
    shown = dalil("ask", WHO_SIGNED, "--index", "dalil-index")
    assert shown.exit_code == 0
    assert shown.stdout == (
        "«وقّع محمد الكاتب الاتفاقية يوم الأحد.» [1]\n"
        "(من المرجّح جدّاً أنّ الجواب في النصوص)\n"
        "\n"
        f"[1] agreement — الفقرة 1 ({texts / 'agreement.txt'})\n"
    )
    unquoted = dalil("ask", *WHO_OPENED.split(), "--index", "dalil-index")
    assert unquoted.stdout == (
        "“Salim opened the crossing in 2017.” [1]\n"
        "(Very likely answered in your texts)\n"
        "\n"
        f"[1] The border — paragraph 2 ({texts / 'border.md'})\n"
    )


def test_ask_says_that_the_texts_dont_answer(texts: Path) -> None:
    (texts / "agreement.txt").unlink()
    dalil("index", "texts", "--rebuild")
    shown = dalil("ask", MOON, "--index", "dalil-index", "-k", "1")
    assert shown.exit_code == 1
    assert re.fullmatch(
        r"No answer was found in the texts\.\n\nThe passages nearest to the question:\n"
        r"1\. The border — paragraph \d\n   .+\n",
        shown.stdout,
    )


def test_ask_without_an_index_answers_from_the_built_in_article() -> None:
    shown = dalil("ask", "متى تم تحرير عكاشات؟", "--json")
    answer = json.loads(shown.stdout)
    assert answer["found"] is (shown.exit_code == 0)
    assert {hit["document_id"] for hit in answer["hits"]} == {article().id}
    assert answer["hits"][0]["title"] == article().title


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_file_is_no_part_of_a_question(texts: Path, tmp_path: Path, command: str) -> None:
    file = tmp_path / "lease.txt"
    file.write_text("The rent is 300 euros.", "utf-8")
    for words in (("How much is the rent?", str(file)), (str(file), "How much is the rent?")):
        ran = dalil(command, *words, "--index", str(texts))
        assert (ran.exit_code, ran.stdout) == (BAD_INPUT, "")
        assert f"dalil index {file}" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("Who opened the crossing?", "./nowhere.txt"),
        ("Who", "opened", "the", "crossing", "/", "gate?"),
        ("Who", "opened", "the", "crossing", "of", "lease.txt?"),
        ("Who", "opened", "the", "crossing", "lease.txt"),
    ],
)
def test_what_looks_like_a_path_may_be_part_of_a_question(
    texts: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = texts.parent / "elsewhere"
    folder.mkdir()
    (folder / "lease.txt").write_text("The rent is 300 euros.", "utf-8")
    monkeypatch.chdir(folder)
    ran = dalil("search", *words, "--index", str(texts.parent / "dalil-index"), "--json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["question"] == " ".join(words)


def test_ask_json_is_one_object_on_one_line(texts: Path) -> None:
    shown = dalil("ask", WHO_OPENED, "--index", "dalil-index", "-k", "2", "--json")
    assert shown.exit_code == 0
    assert shown.stdout.count("\n") == 1
    answer = json.loads(shown.stdout)
    document_id = answer["citations"][0]["document_id"]
    quote = "Salim opened the crossing in 2017."
    start = BORDER_TEXT.index(quote)
    hits = answer.pop("hits")
    assert answer == {
        "question": WHO_OPENED,
        "language": "en",
        "found": True,
        "confidence": 0.9,
        "text": f"“{quote}” [1]",
        "citations": [
            {
                "number": 1,
                "quote": quote,
                "field": "text",
                "document_id": document_id,
                "title": "The border",
                "author": "",
                "date": "",
                "headings": ["The border"],
                "kind": "paragraph",
                "columns": [],
                "page": 0,
                "last_page": 0,
                "recognition": 0,
                "fetched": "",
                "source": str(texts / "border.md"),
                "paragraph": 2,
                "start": start,
                "end": start + len(quote),
                "answer_start": None,
                "answer_end": None,
                "answer": None,
            }
        ],
        "missing": [],
        "written": None,
        "within": "",
    }
    assert [hit["rank"] for hit in hits] == [1, 2]
    assert hits[0]["score"] >= hits[1]["score"]
    assert set(hits[0]["scores"]) == {"bm25", "dense", "late"}
    assert {key: hits[0][key] for key in hits[0] if key not in ("score", "scores")} == {
        "rank": 1,
        "ranks": {"bm25": 1, "dense": 1, "late": 1},
        "document_id": document_id,
        "title": "The border",
        "author": "",
        "date": "",
        "headings": ["The border"],
        "kind": "paragraph",
        "columns": [],
        "page": 0,
        "last_page": 0,
        "recognition": 0,
        "fetched": "",
        "source": str(texts / "border.md"),
        "paragraph": 2,
        "start": start,
        "end": start + len(quote),
        "text": quote,
    }


@pytest.mark.usefixtures("texts")
def test_ask_writes_an_answer_above_the_quotations(texts: Path) -> None:
    dalil("index", str(texts))
    with writing(Script(perfect)) as url:
        writer = ("--write", "--writer", url, "--writer-model", "small", "--no-reader")
        result = dalil("ask", WHO_OPENED, "--index", "dalil-index", *writer)
        asked = json.loads(dalil("ask", WHO_OPENED, "--index", "dalil-index", "--json", *writer).stdout)
    lines = result.stdout.splitlines()
    assert lines[0] == "Salim opened the crossing in 2017. [1]"
    assert lines[1] == f"({say('written', 'en')})"
    assert lines[3] == "“Salim opened the crossing in 2017.” [1]"
    assert result.stderr == ""
    assert [claim["citations"] for claim in asked["written"]["claims"]] == [[1]]


def test_ask_says_what_leaves_the_machine_and_that_the_writer_has_gone(texts: Path) -> None:
    dalil("index", str(texts))
    # An address that nobody has (RFC 5737).
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.writing.client.CONNECT_SECONDS", 0.1)
        patch.setattr("qa.writing.client.ChatModel.stream", _gone)
        result = dalil(
            "ask", WHO_OPENED, "--index", "dalil-index", "--write", "--writer", "http://192.0.2.1/v1",
            "--writer-model", "small",
        )  # fmt: skip
    assert "192.0.2.1" in result.stderr
    assert f"({say('trouble_gone', 'en')})" in result.stdout
    assert "“Salim opened the crossing in 2017.” [1]" in result.stdout
    assert result.exit_code == 0


def _gone(*_: object) -> Iterator[str]:
    raise WriterTrouble("gone")
    yield


def test_ask_wants_a_writer_to_write() -> None:
    result = dalil("ask", "Who?", "--write")
    assert (result.exit_code, "--writer URL" in result.stderr) == (2, True)
    result = dalil("ask", "Who?", "--write", "--writer", "nowhere", "--writer-model", "small")
    assert (result.exit_code, "isn't a writer's address" in result.stderr) == (2, True)


@pytest.mark.usefixtures("texts")
def test_search_lists_passages_with_their_ranks() -> None:
    shown = dalil("search", WHO_SIGNED, "--index", "dalil-index", "-k", "1")
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout == (
        "1. agreement — الفقرة 1 (bm25 1, dense 1, late 1)\n   وقّع محمد الكاتب الاتفاقية يوم الأحد.\n"
    )
    found = json.loads(dalil("search", WHO_SIGNED, "--index", "dalil-index", "--json").stdout)
    assert {key: found[key] for key in ("question", "language")} == {"question": WHO_SIGNED, "language": "ar"}
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4]
    assert found["hits"][0]["text"] == "وقّع محمد الكاتب الاتفاقية يوم الأحد."
    assert None in [hit["ranks"]["bm25"] for hit in found["hits"]]


@pytest.mark.usefixtures("texts")
def test_search_says_why() -> None:
    asked = ("search", "Who opens a crossing of two gates?", "--index", "dalil-index", "--why")
    assert re.sub(r" \(bm25.*\)", "", dalil(*asked, "-k", "2").stdout).splitlines() == [
        "1. The border — paragraph 2",
        "   Salim opened the crossing in 2017.",
        "   the same word: crossing",
        "   the same stem: opens ~ opened",
        "2. The border — paragraph 3",
        "   It has two gates.",
        "   the same word: two, gates",
    ]
    (_, second, *others) = json.loads(dalil(*asked, "--json").stdout)["hits"]
    assert [(match["kind"], match["asked"], match["found"]) for match in second["matches"]] == [
        ("same_word", "two", "two"),
        ("same_word", "gates", "gates"),
    ]
    for match in second["matches"]:
        assert BORDER_TEXT[match["start"] : match["end"]] == match["found"]
    assert others[-1]["matches"] == []
    assert dalil(*asked).stdout.splitlines()[-1].strip() == say("no_match", "en")


def test_search_shows_how_a_long_passage_begins(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("one " + "\t wordword" * 30 + "\n\n" + "x" * 500)
    dalil("index", "long.txt")
    preview = dalil("search", "one", "--index", "dalil-index", "-k", "1").stdout.splitlines()[1]
    assert preview == "   one " + "wordword " * 20 + "wordword…"
    unbroken = dalil("search", "x" * 500, "--index", "dalil-index").stdout
    assert "   " + "x" * 200 + "…" in unbroken.splitlines()


@pytest.mark.slow
@pytest.mark.usefixtures("texts")
def test_questions_are_read_from_standard_input() -> None:
    questions = (
        f"\ufeff{WHO_SIGNED}\r\n\n \t\r\n؟\n{MOON}\n{WHO_OPENED}".encode() + b"\xff\n" + WHO_OPENED.encode()
    )
    done = process("ask", "-", "--json", "--index", "dalil-index", stdin=questions)
    replies = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [(reply["question"], reply.get("found"), reply.get("error")) for reply in replies] == [
        (WHO_SIGNED, True, None),
        ("؟", None, "no_words"),
        (MOON, False, None),
        (f"{WHO_OPENED}\udcff", None, "not_text"),
        (WHO_OPENED, True, None),
    ]
    assert replies[1] == {"question": "؟", "error": "no_words", "message": say("no_words", "en")}
    assert (done.returncode, done.stderr) == (2, b"")


@pytest.mark.usefixtures("texts")
def test_several_answers_stand_below_their_questions() -> None:
    shown = dalil("ask", "-", "--index", "dalil-index", stdin=f"\n{WHO_OPENED}\n??\n")
    assert shown.stdout.startswith(f"? {WHO_OPENED}\n“Salim opened the crossing in 2017.” [1]\n")
    assert shown.stdout.endswith("\n\n? ??\n\n")
    assert shown.stderr == f"dalil: line 3: {say('no_words', 'en')}\n"
    assert shown.exit_code == 2
    assert dalil("ask", "-", "--index", "dalil-index", stdin=f"{WHO_OPENED}\n{MOON}\n").exit_code == 1
    blank = f"\n  \n{WHO_OPENED}\n\n"
    assert dalil("ask", "-", "--index", "dalil-index", "--json", stdin=blank).exit_code == 0
    assert dalil("search", "-", "--index", "dalil-index", stdin="\n \n").exit_code == 2
    none = dalil("search", "-", "--index", "dalil-index", stdin="")
    assert (none.exit_code, none.stdout) == (2, "")
    assert none.stderr == "dalil: There is no question on standard input. Write one a line.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"},
    ],
)
@pytest.mark.usefixtures("texts")
def test_arabic_goes_through_a_pipe_whatever_the_locale(environment: dict[str, str]) -> None:
    done = process("ask", WHO_SIGNED.encode(), "--index", "dalil-index", environment=environment)
    assert done.stderr == b""
    assert done.stdout.decode().splitlines()[0] == "«وقّع محمد الكاتب الاتفاقية يوم الأحد.» [1]"
    assert done.returncode == 0
    invalid = process("ask", b"who \xff", "--index", "dalil-index", environment=environment)
    assert (invalid.returncode, invalid.stdout) == (2, b"")
    assert invalid.stderr.decode() == f"dalil: {say('not_text', 'en')}\n"


@pytest.mark.slow
def test_names_are_kept_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "كتبي").mkdir()
    (tmp_path / "كتبي" / "عقد.txt").write_text(AGREEMENT, "utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert process("index", "كتبي".encode(), environment=plain).returncode == 0
    assert "1 unchanged" in dalil("index", "كتبي").stdout
    assert (
        f"[1] عقد — الفقرة 1 ({tmp_path}/كتبي/عقد.txt)"
        in dalil("ask", WHO_SIGNED, "-i", "dalil-index").stdout
    )


@pytest.mark.slow
def test_a_terminal_gets_direction_marks_and_no_control_characters(tmp_path: Path) -> None:
    (tmp_path / "نص\u202e.md").write_bytes(f"# عنوان\x1b[2J \u2067A\n{AGREEMENT}".encode())
    dalil("index", "نص\u202e.md")
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [*FAKE_DALIL, "ask", WHO_SIGNED, "--index", "dalil-index"], stdout=theirs, env=surrounding({})
    )
    assert done.wait(300) == 0
    os.close(theirs)
    shown = os.read(ours, 10_000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert shown == (
        "\u200f«وقّع محمد الكاتب الاتفاقية يوم الأحد.» [1]\n"
        "\u200f(من المرجّح جدّاً أنّ الجواب في النصوص)\n"
        "\n"
        "\u200f[1] \u2068عنوان[2J A\u2069 — الفقرة 2 "
        f"(\u2068{tmp_path}/نص.md\u2069)\n"
    )


def test_a_collection_of_the_chat_is_asked_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DALIL_DATA", str(tmp_path / "data"))
    (tmp_path / "agreement.txt").write_text(AGREEMENT, "utf-8")
    library = Library(encoder=FakeEncoder())
    library.create("كتبي")
    library.add_files("كتبي", [tmp_path / "agreement.txt"])
    found = dalil("search", WHO_SIGNED, "--collection", "كتبي", "--json")
    assert found.exit_code == 0, found.stderr
    assert json.loads(found.stdout)["hits"][0]["source"] == "agreement.txt"
    # What the environment names is what is asked otherwise.
    monkeypatch.setenv("DALIL_INDEX", "elsewhere")
    assert dalil("search", WHO_SIGNED, "-c", "كتبي", "--json").stdout == found.stdout
    missing = dalil("ask", WHO_SIGNED, "--collection", "other")
    assert missing.exit_code == 2
    for wrong in (["--index", "dalil-index"], ["--model", "x"]):
        both = dalil("ask", WHO_SIGNED, "--collection", "كتبي", *wrong)
        assert (both.exit_code, "goes without --index" in both.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.usefixtures("texts")
def test_a_reader_that_goes_away_is_no_error() -> None:
    running = subprocess.Popen(
        [*FAKE_DALIL, "search", "-", "--index", "dalil-index"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surrounding({}),
    )
    assert running.stdin
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    running.stdin.write(f"{WHO_OPENED}\n".encode())
    running.stdin.close()
    assert (running.wait(300), running.stderr.read()) == (141, b"")
    running.stderr.close()


@pytest.mark.slow
@pytest.mark.usefixtures("texts")
def test_control_c_ends_quietly() -> None:
    running = subprocess.Popen(
        [*FAKE_DALIL, "search", "-", "--index", "dalil-index"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surrounding({}),
        # A shell's background job, which the tests may be, ignores Ctrl-C, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert running.stdin
    assert running.stdout
    assert running.stderr
    running.stdin.write(f"{WHO_OPENED}\n".encode())
    running.stdin.flush()
    assert running.stdout.readline() == f"? {WHO_OPENED}\n".encode()  # it has begun
    while running.stdout.readline() != b"\n":
        pass  # and now waits for another question
    running.send_signal(signal.SIGINT)
    assert (running.wait(300), running.stderr.read()) == (130, b"")
    for stream in (running.stdin, running.stdout, running.stderr):
        stream.close()


def test_a_fault_of_our_own_isnt_taken_for_an_answer() -> None:
    program = (
        "import test_cli, cli.entry, qa; test_cli.install(); qa.ask = lambda *a, **k: 1 / 0; cli.entry.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", "who"], capture_output=True, env=surrounding({}), timeout=300
    )
    assert (done.returncode, done.stdout) == (70, b"")
    assert b"ZeroDivisionError" in done.stderr
    assert done.stderr.decode().splitlines()[-1].startswith("dalil: This is a fault in Dalil")


def squad_file(path: Path, *texts: str) -> Path:
    """A file in SQuAD format whose every text is also the question that it answers."""
    paragraphs = [
        {
            "context": t,
            "qas": [{"id": str(n), "question": t, "answers": [{"text": t[:5], "answer_start": 0}]}],
        }
        for n, t in enumerate(texts)
    ]
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}), "utf-8")
    return path


@pytest.fixture
def parallel(tmp_path: Path) -> tuple[str, str]:
    """An Arabic and an English file with the same two questions."""
    arabic = squad_file(tmp_path / "x.ar.json", "وقّع الكاتب الاتفاقية أمس.", "يفيض النهر في الربيع.")
    english = squad_file(tmp_path / "x.en.json", "The writer signed it.", "The river floods in spring.")
    return str(arabic), str(english)


@pytest.mark.slow
def test_eval_as_a_table(parallel: tuple[str, str]) -> None:
    done = dalil("eval", parallel[0])
    assert done.exit_code == 0
    lines = done.stdout.split("\n")
    assert lines[0] == "x.ar -> x.ar: 2 questions, 0 of them not answered by the texts"
    assert lines[2].split() == ["R@1", "R@5", "R@10", "MRR@10", "nDCG@10"]
    assert lines[6].split()[:2] == ["whole", "1.000"]
    assert "answer in any quoted sentence           1.000 [1.000, 1.000]" in lines
    assert not any("other language" in line or "written in other ways" in line for line in lines)


def test_eval_of_a_writer(parallel: tuple[str, str]) -> None:
    with writing(Script(perfect)) as url:
        result = dalil("eval", parallel[0], "--writer", url, "--writer-model", "small", "--json")
    report = json.loads(result.stdout)
    assert report["quoted"] <= report["questions"]
    assert report["claims"] + report["left_out"] >= report["quoted"] > 0
    assert report["supported"]["mean"] == 1
    assert report["in_language"]["mean"] == 1
    assert 0 < report["first_seconds"] <= report["last_seconds"]


def test_eval_asks_one_languages_questions_of_the_others_texts(parallel: tuple[str, str]) -> None:
    done = dalil("eval", parallel[0], "--questions", parallel[1])
    assert done.stdout.startswith("x.en -> x.ar: 2 questions")


def test_eval_of_one_collection_in_two_languages(parallel: tuple[str, str]) -> None:
    done = dalil("eval", *parallel, "--json")
    arabic, english = (json.loads(line) for line in done.stdout.splitlines())
    assert arabic["name"] == "x.ar + x.en -> x.ar + x.en, ar"
    assert english["name"] == "x.ar + x.en -> x.ar + x.en, en"
    for report in (arabic, english):
        assert report["questions"] == 2
        assert report["either_first"] == {"mean": 1, "low": 1, "high": 1}
        # Of four documents: the right ones of both languages are among the first five.
        assert report["other_in_five"] == {"mean": 1, "low": 1, "high": 1}
        assert report["retrieval"]["whole"]["R@1"]["mean"] == 0.5
        assert report["retrieval"]["whole"]["Success@1"]["mean"] == 1
        assert report["risk_coverage"][-1]["coverage"] == 1


@pytest.mark.slow
def test_eval_with_pictures(parallel: tuple[str, str], tmp_path: Path) -> None:
    done = dalil("eval", parallel[0], "--plots", "pictures")
    assert done.exit_code == 0
    names = [f"x.ar-x.ar-{kind}.png" for kind in ("retrieval", "risk-coverage", "reliability")]
    assert done.stderr.splitlines() == [f"Drawn: {Path('pictures') / name}" for name in names]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == sorted(names)


@pytest.mark.slow
def test_eval_of_the_built_in_article() -> None:
    done = dalil("eval", "--json")
    arabic, english = (json.loads(line) for line in done.stdout.splitlines())
    assert (arabic["name"], english["name"]) == ("article, ar", "article, en")
    assert arabic["questions"] == english["questions"] == 48
    assert arabic["unanswerable"] == 14


@pytest.mark.usefixtures("texts")
def test_eval_of_what_readers_said(tmp_path: Path) -> None:
    opened = Index.open("dalil-index")
    for question, verdict in ((WHO_OPENED, "right"), (WHO_SIGNED, "wrong"), (MOON, "right")):
        turn = converse(Conversation(), question, opened)
        record(turn, cast(Verdict, verdict), opened.document, tmp_path / "mine.jsonl")
    done = dalil("eval", "--feedback", "mine.jsonl", "-i", "dalil-index", "--json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["name"], report["right_answers"], report["wrong_answers"]) == ("mine", 2, 1)
    assert report["right"]["retrieval"]["whole"]["R@1"]["mean"] == 1
    assert (report["right"]["unanswerable"], report["wrong_again"]["mean"]) == (1, 1)
    as_table = dalil("eval", "--feedback", "mine.jsonl", "-i", "dalil-index").stdout
    assert as_table.startswith("mine: answers told right 2, told wrong 1, ")
    assert dalil("eval", "--feedback", "none.jsonl", "-i", "dalil-index").exit_code == 2
    assert dalil("eval", "--feedback", "mine.jsonl", "--plots", "x").exit_code == 2


def test_eval_of_what_it_cannot_read_or_use(parallel: tuple[str, str], tmp_path: Path) -> None:
    assert dalil("eval", "--questions", parallel[0]).exit_code == 2
    (tmp_path / "notes.json").write_text("[]")
    refused = dalil("eval", "notes.json")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "notes.json isn't a file in SQuAD 1.1 format" in refused.stderr


@pytest.mark.usefixtures("texts")
def test_the_chats_collections_keep_as_much_of_files_as_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import ui

    bounds: list[int] = []
    monkeypatch.setattr(ui, "launch", lambda _, *, library, **__: bounds.append(library._max_originals_bytes))
    for options in ((), ("--originals", "0"), ("--originals", "5")):
        assert dalil("chat", *options).exit_code == 0
    assert bounds == [1 << 30, 0, 5 << 20]
    assert dalil("chat", "--originals", "-1").exit_code == 2


@pytest.mark.usefixtures("texts")
def test_chat_serves_the_index_or_the_article_with_its_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    import ui

    served: list[tuple[object, ...]] = []

    def launch(opened: Index, *, library: Library | SingleIndex, writer: None, **options: object) -> None:  # noqa: ARG001
        served.append((len(opened.documents), type(library), options))
        # One index has nothing to do with the user's own collections.
        assert (library.folder == Path("my-data")) == isinstance(library, Library)

    monkeypatch.setattr(ui, "launch", launch)
    monkeypatch.setenv("DALIL_DATA", "my-data")
    assert dalil("chat").exit_code == 0
    assert dalil("chat", "--index", "dalil-index", "--port", "8000", "--open", "--no-reader").exit_code == 0
    shared = ("chat", "--host", "0.0.0.0", "--name", "a.example", "--name", "b", "--auth", "u", "--read-only")
    assert dalil(*shared).exit_code == 0
    shared_with = Sharing("0.0.0.0", ("a.example", "b"), Path("u"), True)
    own = {"port": None, "open_browser": False, "examples": ui.EXAMPLES, "sharing": Sharing(), "reader": True}
    of_index = {"port": 8000, "open_browser": True, "examples": (), "sharing": Sharing(), "reader": False}
    assert served == [
        (1, Library, own),
        (2, SingleIndex, of_index),
        (1, Library, {**own, "sharing": shared_with}),
    ]
    assert dalil("chat", "--port", "0").exit_code == 2

    def refuse(*_: object, **__: object) -> None:
        raise ui.PortTaken("Port 8000 of 127.0.0.1 is taken.")

    monkeypatch.setattr(ui, "launch", refuse)
    taken = dalil("chat", "--port", "8000")
    assert (taken.exit_code, taken.stderr) == (2, "dalil: Port 8000 of 127.0.0.1 is taken.\n")


@pytest.mark.slow
def test_users_are_added_listed_and_removed(tmp_path: Path) -> None:
    assert dalil("user", "add", "salma", stdin="open sesame\n").stdout == (
        "dalil-users.json: salma was added.\n"
    )
    assert "has a new password" in dalil("user", "add", "salma", stdin="another sesame\r\n").stdout
    assert dalil("user", "add", "سلمى", stdin="افتح يا سمسم").exit_code == 0
    assert dalil("user", "list").stdout == "salma\nسلمى\n"
    users = Users(tmp_path / "dalil-users.json")
    assert users.check("salma", "another sesame")
    assert users.check("سلمى", "افتح يا سمسم")
    assert dalil("user", "remove", "salma").stdout == "dalil-users.json: salma was removed.\n"
    assert list(users.load()) == ["سلمى"]
    for arguments, stdin, complaint in (
        (("add", "salma"), "short", "A password needs at least 8 characters."),
        (("add", "salma"), "", "A password needs at least 8 characters."),
        (("remove", "salma"), None, "There is no user 'salma' in dalil-users.json."),
        (("list", "--auth", "none.json"), None, "Make it: dalil user add NAME --auth none.json"),
    ):
        refused = dalil("user", *arguments, stdin=stdin)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert complaint in refused.stderr
    assert not (tmp_path / "none.json").exists()


@pytest.mark.slow
def test_a_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [*FAKE_DALIL, "user", "add", "salma"], stdin=theirs, stdout=theirs, stderr=theirs,
        env=surrounding({}), start_new_session=True, preexec_fn=lambda: _control(theirs),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    for prompts in (1, 2):
        # The blank comes when what was typed before it has been thrown away.
        while shown.count(b": ") < prompts:
            shown += os.read(ours, 1000)
        os.write(ours, b"open sesame\n")
    # Linux tells the end of a terminal by an error, macOS by nothing more to read.
    with suppress(OSError):
        while more := os.read(ours, 1000):
            shown += more
    os.close(ours)
    assert done.wait(300) == 0, shown
    assert b"sesame" not in shown
    assert Users(tmp_path / "dalil-users.json").check("salma", "open sesame")


def _control(terminal: int) -> None:
    """Makes a terminal the one that the process asks for passwords."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


@pytest.mark.model
def test_the_real_model_leaves_the_output_clean() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REAL_DALIL, "search", "معركة التلاقي", "-k", "1", "--json"],
        capture_output=True,
        env=surrounding({"DALIL_CACHE": COMMON_CACHE}),
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    assert len(json.loads(line)["hits"]) == 1
