"""A collection's word counts, from which rankings and spelling are computed.

Every change of a collection adds rows of count differences, in the same commit, and never modifies
another's: concurrent writers don't conflict, and the sum of a key's rows is its count. `merged` sums all
rows of each key.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from index.lance.rows import COUNT, KEY
from index.retrieval.names import name_keys
from index.retrieval.postings import Frequencies
from index.retrieval.translations import meanings
from index.text.analyzer import analyze, normalise
from index.text.spelling import WordForms, levels, without_article, written_words

# Key -> form -> its count, and its count with the article.
_Counted = Mapping[str, Mapping[str, tuple[int, int]]]

# The first letter of a key is the kind of thing counted.
_TERM, _NAME, _WORD, _LETTER = "t:", "n:", "w:", "l:"
_PASSAGES, _TERMS = "passages", "terms"
# Keys that are kept in memory.
_MAX_KNOWN = 1 << 16


class Counts:
    """Word counts of some passages, or their differences."""

    def __init__(self) -> None:
        # (key, form) -> its count, and its count with the article.
        self._counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    @property
    def passages(self) -> int:
        """The number of passages counted."""
        return self._counts[_PASSAGES, ""][0]

    def add(self, passages: Any, sign: int = 1) -> None:
        """Adds the counts of a table's passages (`index.lance.build.COUNTED`); sign -1 subtracts them."""
        columns = (passages.column(name).to_pylist() for name in ("terms", "names", "text", "written"))
        for terms, names, text, written in zip(*columns, strict=True):
            if terms is not None:
                self._add_passage(terms.split(), names.split(), written or text, sign)

    def _add_passage(self, terms: list[str], names: list[str], text: str, sign: int) -> None:
        self._change(_PASSAGES, "", sign)
        self._change(_TERMS, "", sign * len(terms))
        for term in set(terms):
            self._change(_TERM + term, "", sign)
        for name in set(names):
            self._change(_NAME + name, "", sign)
        for word in written_words(text):
            self._change(_WORD + normalise(word).text, word, sign)
            if bare := without_article(word):
                self._counts[_WORD + normalise(bare).text, bare][1] += sign
            for letter in word:
                self._change(_LETTER + letter, "", sign)

    def _change(self, key: str, form: str, by: int) -> None:
        self._counts[key, form][0] += by

    def include(self, rows: Any) -> None:
        """Adds the counts in a table's rows of `key`, `form`, `count` and `article`."""
        columns = (rows.column(name).to_pylist() for name in ("key", "form", "count", "article"))
        for key, form, count, article in zip(*columns, strict=True):
            if key is not None:
                sums = self._counts[key, form]
                sums[0] += count
                sums[1] += article

    def rows(self) -> Iterator[dict[str, Any]]:
        """The nonzero counts as rows of the table."""
        name = uuid.uuid4().hex
        for number, ((key, form), (count, article)) in enumerate(self._counts.items()):
            if count or article:
                yield {
                    KEY: f"c:{name}:{number}",
                    "kind": COUNT,
                    "key": key,
                    "form": form,
                    "count": count,
                    "article": article,
                }


class Known:
    """The counts in one version of a collection, looked up on demand and cached."""

    def __init__(self, dataset: Any) -> None:
        """Wraps a version of a Lance dataset."""
        self._dataset = dataset
        self._known: dict[str, dict[str, tuple[int, int]]] = {}

    def frequencies(self, terms: Iterable[str], names: Iterable[str]) -> tuple[Frequencies, Frequencies]:
        """The collection's frequencies of these terms, and of these names."""
        terms, names = list(terms), list(names)
        found = self._look_up([_PASSAGES, _TERMS, *(_TERM + t for t in terms), *(_NAME + n for n in names)])
        passages, keys = _total(found[_PASSAGES]), _total(found[_TERMS])
        return (
            Frequencies(passages, keys, {term: _total(found[_TERM + term]) for term in terms}),
            # Name scores don't use lengths.
            Frequencies(passages, 0, {name: _total(found[_NAME + name]) for name in names}),
        )

    def passages(self) -> int:
        """The number of passages in the collection."""
        return _total(self._look_up([_PASSAGES])[_PASSAGES])

    def has_term_with(self, digits: str) -> bool:
        """Whether a term of the collection has these digits in it."""
        rows = self._dataset.to_table(
            columns=["key", "count"], filter=f"kind = '{COUNT}' AND key LIKE '{_TERM}%{digits}%'"
        )
        sums = rows.group_by("key").aggregate([("count", "sum")])
        return any(count > 0 for count in sums.column("count_sum").to_pylist())

    def spelling(self, question: str) -> WordForms:
        """The collection's words as they are spelled.

        Those that a question needs and the counts that the search needs next are fetched in one query.
        """
        terms, names = analyze(question), name_keys(question)
        called = {term for meaning in meanings(term.term for term in terms) for term in meaning}
        soon = [_PASSAGES, _TERMS, *(_TERM + term for term in called), *(_NAME + n.term for n in names)]
        letters = {letter for word in written_words(question) for letter in word}
        wanted = [_WORD + level for level in levels(question)]
        self._look_up([*wanted, *(_LETTER + letter for letter in letters), *soon])
        return _Forms(self._look_up)

    def _look_up(self, keys: Iterable[str]) -> _Counted:
        known = {key: self._known.get(key) for key in keys}
        if missing := [key for key, found in known.items() if found is None]:
            listed = ", ".join(sql_string(key) for key in missing)
            rows = self._dataset.to_table(
                columns=["key", "form", "count", "article"], filter=f"key IN ({listed})"
            )
            sums = rows.group_by(["key", "form"]).aggregate([("count", "sum"), ("article", "sum")])
            looked_up: dict[str, dict[str, tuple[int, int]]] = {key: {} for key in missing}
            for row in sums.to_pylist():
                looked_up[row["key"]][row["form"]] = row["count_sum"], row["article_sum"]
            if len(self._known) > _MAX_KNOWN:
                self._known = {}
            self._known.update(looked_up)
            known |= looked_up
        return {key: found or {} for key, found in known.items()}


class _Forms(WordForms):
    """The words of a collection, looked up in its counts."""

    def __init__(self, counts: Callable[[Iterable[str]], _Counted]) -> None:
        self._counts = counts

    def look_up(self, levels: Iterable[str]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """See `WordForms.look_up`."""
        found = self._counts([_WORD + level for level in levels])
        kept = {
            key.removeprefix(_WORD): {form: counts for form, counts in forms.items() if any(counts)}
            for key, forms in found.items()
        }
        return {level: forms for level, forms in kept.items() if forms}

    def is_written(self, letter: str) -> bool:
        """See `WordForms.is_written`."""
        return _total(self._counts([_LETTER + letter])[_LETTER + letter]) > 0


def merged(dataset: Any) -> Counts:
    """The sum of all counts of a version."""
    counts = Counts()
    columns = ["key", "form", "count", "article"]
    for batch in dataset.to_batches(columns=columns, filter=f"kind = '{COUNT}'"):
        counts.include(batch)
    return counts


def sql_string(text: str) -> str:
    """A text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _total(found: Mapping[str, tuple[int, int]]) -> int:
    return found[""][0] if "" in found else 0
