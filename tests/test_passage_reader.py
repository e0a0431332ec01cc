"""The reader: what it says of a passage, in whole words of it; its model; its part in an answer."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import regex
from fake_encoder import TINY_HIDDEN, FakeEncoder, tiny_weights
from hypothesis import given
from hypothesis import strategies as st
from reader_file import save_reader
from test_onnx_encoder import by_hand
from typer.testing import CliRunner

import qa
import qa.evaluation.report
import ui
from cli.app import app
from index import Document, EncoderUnavailable, Index
from index.encoding import load as encoders
from index.encoding import reader_model
from index.encoding.e5 import onnx_graph, unpack, weights
from index.encoding.e5.reader_weights import HEADS, load_reader
from index.encoding.reader_model import ReaderModel, Window, windows
from index.readers.read_files import read_file
from qa import Answer, Conversation, ask, converse
from qa.answering import confidence, reader
from qa.answering.reader import FURTHEST, Reader, Reading, decode, in_passage, whole_words
from qa.api.service import Service

# Windows.


@given(st.integers(0, 2000), st.integers(10, 200))
def test_windows_cover_a_passage_and_overlap(tokens: int, room: int) -> None:
    found = windows(tokens, room)
    assert set().union(*(range(start, end) for start, end in found)) == set(range(tokens))
    assert all(0 < end - start <= room for start, end in found)
    overlap = min(reader_model.OVERLAP, room // 2)
    assert all(before[1] - after[0] >= overlap for before, after in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("tokens", "room", "expected"),
    [
        (0, 100, []),
        (100, 100, [(0, 100)]),
        (101, 100, [(0, 67), (34, 101)]),  # 133 tokens in two halves, the last of which begins early
        (168, 100, [(0, 100), (68, 168)]),
    ],
)
def test_windows_by_hand(tokens: int, room: int, expected: list[tuple[int, int]]) -> None:
    assert windows(tokens, room) == expected


# Whole words.


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("It was 1,234.5 metres.", "234", "1,234.5"),
        ("It was 1,234.5 metres.", " 1,234.5 metres.", "1,234.5 metres"),
        ("وُلِدَ في القاهِرةِ.", "قاه", "القاهِرةِ"),
        ("قال الـ»داعشيّة» أمس", " الـ»داعشيّة»", "الـ»داعشيّة"),
        ("called (Adult Swim) later", "(Adult Swim)", "Adult Swim"),
        ("called Cartoon (TV) later", "Cartoon (TV)", "Cartoon (TV)"),
        ("said «نعم» twice", "«نعم", "نعم"),
        ("it costs $5, or 20%.", "$5,", "$5"),
        ("it costs $5, or 20%.", "20%.", "20%"),
        ("the 👩‍👩‍👧 family", "\u200d👩", "👩‍👩‍👧"),
        ("𝔗𝔢𝔰𝔩𝔞 came", "𝔢𝔰", "𝔗𝔢𝔰𝔩𝔞"),
        ("ﻣﺤﻤﺪ كتب", "ﺤﻤ", "ﻣﺤﻤﺪ"),
        ("one … two", " … ", None),
    ],
)
def test_a_span_is_widened_and_trimmed(text: str, part: str, expected: str | None) -> None:
    start = text.index(part)
    found = whole_words(text, start, start + len(part))
    assert (text[found[0] : found[1]] if found else None) == expected


ODD = st.text(st.sampled_from("ab1٣ ،.,-()«»\u0640\u064b\u0651\u0301\u200d\u200f\n👩🏽ﻣﷺ𝔗كتاب"), max_size=40)


@given(ODD, st.data())
def test_a_span_cuts_no_word_and_no_character_as_readers_see_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = whole_words(text, start, end)
    if found is None:
        return
    first, last = found
    assert 0 <= first < last <= len(text)
    signs = regex.findall(r"\X", text)
    edges = [0, *itertools.accumulate(map(len, signs))]
    for edge in (first, last):
        after = edges.index(edge)
        around = signs[max(after - 1, 0) : after + 1]
        assert len(around) < 2 or not all(regex.match(r"[\p{L}\p{N}\p{M}]", sign) for sign in around)
    assert not text[first].isspace()
    assert not text[last - 1].isspace()


# Decoding.


def window(
    text: str, starts: Sequence[float], ends: Sequence[float], answerable: float, at: int = 0
) -> Window:
    """A window whose tokens are the words of a text, which stands at `at` in the passage."""
    spans = [(at + match.start(), at + match.end()) for match in regex.finditer(r"\S+", text)]
    return Window(
        np.array(spans, np.int32), np.array(starts, np.float32), np.array(ends, np.float32), answerable
    )


def test_the_best_span_and_how_likely_it_is() -> None:
    text = "she left in May 1956 alone"
    reading = decode(text, [window(text, [0, 0, 0, 3, 1, 0], [0, 0, 0, 0, 4, 5], 2.0)])
    # "May ... alone" has the logits 3 + 5, "May 1956" 3 + 4.
    assert reading.span == (12, 26)
    assert reading.words == 3
    starts = 3 - np.log(4 + np.exp(3) + np.exp(1))
    ends = 5 - np.log(4 + np.exp(4) + np.exp(5))
    assert reading.certainty == pytest.approx(starts + ends, abs=1e-5)
    assert reading.answerable == 2
    assert reading.likelihood == pytest.approx(starts + ends + np.log(1 / (1 + np.exp(-2))), abs=1e-5)


def test_an_answer_doesnt_end_before_it_begins() -> None:
    text = "one two three"
    assert decode(text, [window(text, [0, 0, 9], [8, 1, 0], 0.0)]).span == (8, 13)


def test_a_window_that_holds_no_answer_has_little_say() -> None:
    text = "one two three four"
    left = window("one two", [9, 0], [9, 0], -6.0)
    right = window("three four", [2, 0], [2, 0], 3.0, at=8)
    reading = decode(text, [left, right])
    assert reading.span == (8, 13)
    assert reading.answerable == 3
    (before, after) = reading.evidence([(0, 7), (8, 18)])
    share = np.log1p(np.exp(-3)) - np.log1p(np.exp(6))
    assert before == pytest.approx(share, abs=1e-3)
    assert after == pytest.approx(0, abs=1e-5)


def test_evidence_is_the_probability_of_the_answers_being_in_a_sentence() -> None:
    text = "One two. Three four."
    reading = decode(text, [window(text, [1, 0, 2, 0], [0, 1, 0, 3], 0.0)])
    starts, ends = np.exp([1, 0, 2, 0]), np.exp([0, 1, 0, 3])
    expected = [
        np.log(part.sum() / whole.sum())
        for whole, part in ((starts, starts[:2]), (ends, ends[:2]), (starts, starts[2:]), (ends, ends[2:]))
    ]
    assert reading.evidence([(0, 8), (9, 20)]) == pytest.approx(
        [expected[0] + expected[1], expected[2] + expected[3]], abs=1e-5
    )
    assert reading.evidence([(8, 9)]) == [-FURTHEST]


def test_a_passage_without_tokens_holds_nothing() -> None:
    reading = decode("\u200f", [])
    assert (reading.answerable, reading.span, reading.evidence([(0, 1)])) == (-FURTHEST, None, [-FURTHEST])


# The model.


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DALIL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(tiny_weights())
    return path


@pytest.fixture
def trained(tmp_path: Path, source: Path) -> Path:
    """A reader's file for the tiny encoder: its feed-forward part is trained on."""
    base = weights.parse(source.read_bytes(), with_words=False)
    generator = np.random.default_rng(3)
    shapes = ((2, TINY_HIDDEN), (2,), (TINY_HIDDEN, TINY_HIDDEN), (TINY_HIDDEN,), (1, TINY_HIDDEN), (1,))
    tensors = {name: tensor for name, tensor in base.tensors.items() if ".intermediate." not in name}
    for name, tensor in base.tensors.items():
        if ".intermediate." in name:
            tensors[name] = tensor + generator.normal(0, 0.1, tensor.shape).astype(np.float32)
    for name, shape in zip(HEADS, shapes, strict=True):
        tensors[name] = generator.normal(0, 0.3, shape).astype(np.float32)
    path = tmp_path / "reader.npz"
    save_reader(path, base, tensors, 4)
    return path


@pytest.fixture
def tiny(cache: Path, source: Path, trained: Path) -> ReaderModel:
    assert not cache.exists()
    return ReaderModel(unpack.reader_graph(source, trained))


def test_logits_are_those_of_the_definition(tiny: ReaderModel, source: Path, trained: Path) -> None:
    base = weights.parse(source.read_bytes())
    tensors = load_reader(trained, base)
    merged = weights.Weights(**{**vars(base), "tensors": tensors})
    # <s> ▁query : ▁a </s> </s> ▁a b ▁كتاب </s>
    state = by_hand(merged, [0, 8, 10, 5, 2, 2, 5, 6, 7, 2])
    span = state[6:9] @ tensors["span.weight"].T + tensors["span.bias"]
    hidden = np.tanh(state[0] @ tensors["hidden.weight"].T + tensors["hidden.bias"])
    answerable = float(hidden @ tensors["answerable.weight"][0] + tensors["answerable.bias"][0])
    ((read,),) = tiny.read("a", ["ab كتاب"])
    assert read.spans.tolist() == [[0, 1], [1, 2], [2, 7]]
    # To within what 8 bits lose.
    np.testing.assert_allclose(read.starts, span[:, 0], atol=0.15)
    np.testing.assert_allclose(read.ends, span[:, 1], atol=0.15)
    assert read.answerable == pytest.approx(answerable, abs=0.15)


def same(mine: Window, other: Window) -> bool:
    return (
        np.array_equal(mine.spans, other.spans)
        and np.array_equal(mine.starts, other.starts)
        and np.array_equal(mine.ends, other.ends)
        and mine.answerable == other.answerable
    )


def test_a_passage_is_read_alike_whatever_is_read_with_it(tiny: ReaderModel) -> None:
    passages = ["ab كتاب", "b", "", "a " * 40, "b a b"]
    together = tiny.read("a b", passages)
    assert [len(found) for found in together] == [1, 1, 0, 5, 1]
    for passage, found in zip(passages, together, strict=True):
        (alone,) = tiny.read("a b", [passage])
        assert len(alone) == len(found)
        assert all(same(*pair) for pair in zip(found, alone, strict=True))


def test_a_long_question_leaves_room_for_the_passage(
    tiny: ReaderModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_model, "MAX_QUESTION_TOKENS", 10)
    ((short,),) = tiny.read("a " * 8, ["b a"])
    ((long,),) = tiny.read("a " * 80, ["b a"])
    assert same(short, long)
    assert short.spans.tolist() == [[0, 0], [0, 1], [1, 3]]  # ▁ b ▁a


def stored(graph: Path) -> dict[str, str]:
    """The file that each large constant of a graph is in."""
    import onnx

    return {
        tensor.name: next(entry.value for entry in tensor.external_data if entry.key == "location")
        for tensor in onnx.load(graph, load_external_data=False).graph.initializer
        if tensor.external_data
    }


def test_what_wasnt_trained_on_is_the_encoders_own_file(cache: Path, source: Path, trained: Path) -> None:
    encoder = unpack.runtime_folder(source)
    before = {path.name: path.read_bytes() for path in encoder.iterdir()}
    fingerprint = unpack.content_fingerprint(encoder)
    graph = unpack.reader_graph(source, trained)
    assert graph.parent == encoder
    after = {path.name: path.read_bytes() for path in encoder.iterdir()}
    names = {graph.with_suffix(suffix).name for suffix in (".onnx", ".data", ".json")}
    assert after.keys() == before.keys() | names
    assert {name: after[name] for name in before} == before
    assert unpack.content_fingerprint(encoder) == fingerprint
    files = stored(graph)
    own = {name for name, file in files.items() if file == f"{graph.stem}.data"}
    assert own == {"encoder.layer.0.intermediate.dense.weight", "hidden.weight"}
    assert {file for name, file in files.items() if name not in own} == {onnx_graph.NUMBERS}
    assert [path.name for path in (cache / "models").iterdir() if path.is_dir()] == [encoder.name]


def test_unpacked_once_and_again_when_damaged(cache: Path, source: Path, trained: Path) -> None:
    assert not cache.exists()
    graph = unpack.reader_graph(source, trained)
    made = graph.stat().st_ino
    assert unpack.reader_graph(source, trained) == graph
    assert graph.stat().st_ino == made
    numbers = graph.with_suffix(".data").read_bytes()
    graph.with_suffix(".data").write_bytes(numbers[:-1])
    assert unpack.reader_graph(source, trained) == graph
    assert graph.with_suffix(".data").read_bytes() == numbers


def test_a_full_disk_is_told(
    cache: Path, source: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    encoder = unpack.runtime_folder(source)
    monkeypatch.setattr(unpack, "write_reader_graph", fail)
    with pytest.raises(EncoderUnavailable, match=r"No space left on device.*20 MB"):
        unpack.reader_graph(source, trained)
    assert [path.name for path in (cache / "models").iterdir() if path.is_dir()] == [encoder.name]


def test_other_weights_are_unpacked_apart(cache: Path, source: Path, trained: Path, tmp_path: Path) -> None:
    assert not cache.exists()
    base = weights.parse(source.read_bytes(), with_words=False)
    other = tmp_path / "other.npz"
    save_reader(other, base, load_reader(trained, base), 2)
    first, second = unpack.reader_graph(source, trained), unpack.reader_graph(source, other)
    assert first != second
    assert first.is_file()
    assert second.is_file()


def test_a_damaged_file_says_which(cache: Path, source: Path, tmp_path: Path) -> None:
    assert not cache.exists()
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    with pytest.raises(EncoderUnavailable, match=r"broken\.npz isn't a reader"):
        unpack.reader_graph(source, tmp_path / "broken.npz")


def test_without_its_file_there_is_no_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(encoders, "READER", tmp_path / "nothing.npz")
    assert encoders.load_reader() is None


@pytest.mark.model  # for the undisguised `bundled_reader`
def test_a_reader_that_cant_be_had_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise EncoderUnavailable("The disk is full.")

    monkeypatch.setattr(encoders, "load_reader", fail)
    reader.bundled_reader.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            assert reader.chosen_reader(True) is None
            assert reader.chosen_reader(True) is None
    finally:
        reader.bundled_reader.cache_clear()
    assert [record.getMessage() for record in caplog.records] == [
        "Answers are given without the reader: The disk is full."
    ]


# In answers.


class FakeReader:
    """Finds one string: sure of it where it stands, and sure that there is nothing elsewhere."""

    def __init__(self, answer: str, answerable: float = 4.0) -> None:
        self.answer, self.answerable = answer, answerable
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.asked.append((question, tuple(passages)))
        return [self._reading(text) for text in passages]

    def _reading(self, text: str) -> Reading:
        at = text.find(self.answer)
        if at < 0:
            return Reading(-8.0, None, 0, -8.0)
        return FakeReading(self.answerable, (at, at + len(self.answer)), len(self.answer.split()), -0.1)


class FakeReading(Reading):
    """Evidence for the sentence around its span."""

    def evidence(self, spans: Sequence[tuple[int, int]]) -> list[float]:
        assert self.span is not None
        first, last = self.span
        return [-0.1 if start <= first and last <= end else -9.0 for start, end in spans]


BRIDGE = Document(
    "The bridge was opened by the mayor of the city. The mayor, John Smith, opened the bridge in 1956. "
    "The bridge opened late.",
    id="bridge",
)
OTHER = Document("Bread needs flour, water and salt. It needs an hour.", id="bread")
WHO = "Who opened the bridge?"


@pytest.fixture
def bridge(tmp_path: Path) -> Index:
    return Index.build([BRIDGE, OTHER], tmp_path / "bridge", encoder=FakeEncoder(), show_progress=False)


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Weights by hand: "answerable" decides, and a sentence with evidence comes first."""
    size = 1 + len(confidence.READER_FEATURES) + len(confidence.NAMED_FEATURES)
    model = {
        "mean": [0.0] * size,
        "scale": [1.0, 10.0, *[1.0] * (size - 2)],
        "weights": [0.0, 10.0, *[0.0] * (size - 2)],
        "bias": 0.0,
        "threshold": 0.5,
    }
    content = {
        "sentence": {"en-en": {"evidence": 0.5, "answerable": 0.1}},
        "span": {"en-en": -1.0},
        "models": {"en-en": model},
    }
    real = confidence._learned
    monkeypatch.setattr(
        confidence, "_learned", lambda name: content if name == confidence.WITH_READER else real(name)
    )
    confidence._models.cache_clear()
    yield
    confidence._models.cache_clear()


def marked(reply: Answer) -> list[str | None]:
    return [citation.answer for citation in reply.citations]


@pytest.mark.usefixtures("learned")
def test_the_sentence_with_evidence_is_quoted_and_its_span_marked(bridge: Index) -> None:
    reply = ask(WHO, bridge, reader=FakeReader("John Smith"))
    assert [c.quote for c in reply.citations] == ["The mayor, John Smith, opened the bridge in 1956."]
    assert marked(reply) == ["John Smith"]
    citation = reply.citations[0]
    assert BRIDGE.text[citation.answer_start : citation.answer_end] == "John Smith"
    assert reply.confidence == pytest.approx(1 / (1 + np.exp(-4)))


@pytest.mark.usefixtures("learned")
def test_a_passage_that_doesnt_answer_is_no_answer(bridge: Index) -> None:
    reply = ask(WHO, bridge, reader=FakeReader("John Smith", answerable=-4.0))
    assert not reply.found
    assert reply.confidence == pytest.approx(1 / (1 + np.exp(4)))


@pytest.mark.usefixtures("learned")
@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("When was the bridge opened?", "1956", "1956"),
        ("How many mayors opened the bridge?", "1956", "1956"),
        ("Why was the bridge opened by the mayor?", "1956", None),
        ("How was the bridge opened by the mayor?", "1956", None),
        ("What happened to the bridge?", "1956", None),
        ("What is the bridge?", "1956", None),
        (WHO, BRIDGE.text[:80], None),  # too long
        (WHO, "city. The mayor", None),  # in no one quotation
    ],
)
def test_a_span_is_marked_where_a_few_words_answer(
    bridge: Index, question: str, answer: str, expected: str | None
) -> None:
    reply = ask(question, bridge, reader=FakeReader(answer))
    assert reply.found
    assert set(marked(reply)) <= {expected, None}
    assert (expected in marked(reply)) is True


@pytest.mark.usefixtures("learned")
def test_the_first_passages_are_read_once_and_retrieval_stays(bridge: Index) -> None:
    watched = FakeReader("John Smith")
    with_reader, without = ask(WHO, bridge, reader=watched), ask(WHO, bridge, reader=False)
    assert with_reader.hits == without.hits
    ((question, passages),) = watched.asked
    assert question == WHO
    assert passages == (BRIDGE.text, OTHER.text)


@pytest.mark.usefixtures("learned")
def test_a_row_is_read_under_its_headings_and_its_columns(tmp_path: Path) -> None:
    table = tmp_path / "prices.md"
    table.write_text("# Prices\n\n| Bread | Price |\n|---|---|\n| rye | 3 dinars |\n", "utf-8")
    index = Index.build([read_file(table)], tmp_path / "index", encoder=FakeEncoder(), show_progress=False)
    watched = FakeReader("3 dinars")
    ask("What is the price of rye bread?", index, reader=watched)
    ((_, passages),) = watched.asked
    assert "Prices\nBread: rye; Price: 3 dinars" in passages


@pytest.mark.usefixtures("learned")
def test_a_definition_is_chosen_without_the_reader(bridge: Index) -> None:
    plain = ask("What is the bridge?", bridge, reader=False)
    read = ask("What is the bridge?", bridge, reader=FakeReader("1956"))
    if plain.found:
        assert [c.quote for c in read.citations] == [c.quote for c in plain.citations]
    assert read.found


@pytest.mark.usefixtures("learned")
def test_a_follow_up_is_read_in_full(bridge: Index) -> None:
    watched = FakeReader("John Smith")
    first = converse(Conversation(), WHO, bridge, reader=watched)
    watched.asked.clear()
    turn = converse(Conversation((first,)), "When did he open it?", bridge, reader=watched)
    assert turn.is_follow_up
    assert watched.asked[0][0] == turn.expanded_question


def test_without_a_reader_all_is_as_it_was(bridge: Index) -> None:
    assert ask(WHO, bridge, reader=False) == ask(WHO, bridge)  # there is none in tests of the fake encoder
    assert set(marked(ask(WHO, bridge))) <= {None}


# With the real model.


@pytest.fixture(scope="module")
def bundled() -> Reader:
    found = reader.bundled_reader()
    assert found is not None
    return found


VOCALISED = "وُلِدَ ابْنُ رُشْدٍ في مَدينةِ قُرْطُبَةَ سَنَةَ 1126م، وكان قاضيًا وطبيبًا."
PASSAGES = [
    VOCALISED,
    "وُلـــد ابن رشد في قرطبة ســنة ١١٢٦.",
    "ﻭُﻟﺪ ﺍﺑﻦ ﺭﺷﺪ ﻓﻲ ﻗﺮﻃﺒﺔ",
    "𝔄𝔳𝔢𝔯𝔯𝔬𝔢𝔰 was born in 𝟏𝟏𝟐𝟔 👩🏽‍🔬 in Córdoba.",
    "x" * 3000,
    "  \n ",
]


@pytest.mark.model
def test_real_spans_are_whole_words_of_the_original_text(bundled: Reader) -> None:
    for text, reading in zip(PASSAGES, bundled.read("أين وُلد ابن رشد؟", PASSAGES), strict=True):
        if reading.span is None:
            assert not text.strip()
            continue
        assert whole_words(text, *reading.span) == reading.span


@pytest.mark.model
def test_the_real_graph_takes_frozen_layers_from_the_encoders_file() -> None:
    source = unpack.weights_file()
    assert source is not None
    graph = unpack.reader_graph(source, encoders.READER)
    files = stored(graph)
    assert files["words"] == files["encoder.layer.3.output.dense.weight"] == onnx_graph.NUMBERS
    assert files["hidden.weight"] == f"{graph.stem}.data"


# Commands.


@pytest.mark.parametrize(("options", "reader_used"), [([], True), (["--no-reader"], False)])
def test_commands_can_do_without_the_reader(
    bridge: Index,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    reader_used: bool,
) -> None:
    assert bridge.documents
    seen: dict[str, object] = {}

    def asked(question: str, index: Index, k: int, *, reader: bool, writer: None) -> Answer:
        seen["ask"], seen["writer"] = reader, writer
        return ask(question, index, k, reader=reader)

    def measured(_: object, __: object, ___: object, reader: bool) -> Iterator[tuple[str, object]]:
        seen["eval"] = reader
        yield from ()

    monkeypatch.setattr(encoders, "load", lambda _=None: FakeEncoder())
    monkeypatch.setattr(qa, "ask", asked)
    monkeypatch.setattr(ui, "launch", lambda _, *, reader, **__: seen.update(chat=reader))
    monkeypatch.setattr(qa.evaluation.report, "measure", measured)
    folder = ["--index", str(tmp_path / "bridge")]
    for command in (["ask", WHO, *folder], ["chat", *folder], ["eval"]):
        result = CliRunner().invoke(app, [*command, *options])
        assert result.exit_code in (0, 1), result.output
    assert seen == {"ask": reader_used, "chat": reader_used, "eval": reader_used, "writer": None}


def test_a_service_can_do_without_the_reader(bridge: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = FakeReader("John Smith")
    monkeypatch.setattr(reader, "bundled_reader", lambda: watched)
    assert Service(bridge, reader=False).ask(WHO)["question"] == WHO
    assert watched.asked == []
    Service(bridge).ask(WHO)
    assert len(watched.asked) == 1


def test_a_row_is_read_with_its_columns_and_one_cell_is_marked() -> None:
    read, text = "Boat: skiff; Fee: 12", "skiff | 12"
    places = np.array([-1] * 6 + [0, 1, 2, 3, 4] + [-1] * 7 + [8, 9], np.int32)
    # Two tokens, each with the space before its word, and the names of the columns.
    spans = np.array([(0, 5), (5, 11), (12, 17), (17, 20)], np.int32)
    starts = np.array([0, 1, 2, 9], np.float32)
    window = Window(spans, starts, starts, 2.0)

    found = in_passage(decode(read, [window]), text, places)

    assert found.span is not None
    assert text[slice(*found.span)] == "12"
    assert found.windows[0].spans.tolist() == [[0, 5], [8, 10]]
    assert in_passage(found, text, np.arange(len(text), dtype=np.int32)) is found
