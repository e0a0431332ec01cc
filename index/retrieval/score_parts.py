"""One passage's fused score, taken apart: what `Index.search` adds up, for one passage alone."""

from __future__ import annotations

import numpy as np

from index.folder.generation import Generation
from index.query import Query
from index.retrieval.fusion import Summands, names_part, words_part
from index.types import Passage


def summands(generation: Generation, query: Query, passage: Passage) -> Summands:
    """What the passage's fused score is the sum of, when it is found for this question.

    Raises:
        KeyError: the generation hasn't got the passage.
        IndexDamaged: its token vectors aren't what was written.
    """
    rows = np.array([generation.texts.passage_row(passage)], np.int64)
    match = generation.lexical.match([term.term for term in query.terms])
    # The passage with the most words in common is always proposed.
    _, best = match.best(1)
    distance = np.abs(generation.texts.arabic_shares[rows] - query.arabic_share)
    semantic = (
        generation.late.scores(query.tokens, rows)
        if generation.has_tokens
        else generation.dense.cosines(query.vector, rows)
    )
    words = words_part(match.scores(rows), float(best.max(initial=0)), distance)
    names = names_part(generation.names.scores(query.names, query.tokens, rows), distance)
    return Summands(float(semantic[0]), float(words[0]), float(names[0]))
