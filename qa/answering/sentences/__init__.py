"""The sentences of retrieved passages: split, scored for a question, and the best ones chosen."""

from qa.answering.sentences.choice import choose, named_quantities
from qa.answering.sentences.scored import Sentence
from qa.answering.sentences.scoring import score_sentences
from qa.answering.sentences.split import MAX_SENTENCES, context_terms

__all__ = [
    "MAX_SENTENCES",
    "Sentence",
    "choose",
    "context_terms",
    "named_quantities",
    "score_sentences",
]
