"""The weights by which passages and sentences are ranked, and where each was measured.

XQuAD and TyDi are those of benchmarks/RESULTS.md. A weight that is "chosen" has no public set to be measured
on. benchmarks/quality.py measures again what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RankingParameters:
    """How passages are ranked.

    Attributes:
        candidates: passages proposed by each leg: BM25, BM25 over translated terms, the passage vectors.
        reranked: passages scored by late interaction: the best of those proposed, by vectors, words,
            translations and names. On XQuAD, on TyDi and in a pool of both no nDCG@10 differs by more than
            .003 from that with all of them.
        lexical_weight: weight of BM25's share of its upper bound, beside late interaction's cosine. From
            .1 to .2 no R@1 differs by more than half a point on XQuAD and TyDi. The passages' pooled vectors
            have no weight: with .1 TyDi gains .3 points of R@1 and XQuAD loses up to .4.
        name_weight: weight of names of the same sound, across scripts.
        translation_weight: weight of BM25's share of its upper bound over translated terms, across scripts.
            Chosen with the next one on questions crossed between the languages of SQuAD and Belebele, over
            translations learned without their paragraphs: R@1 rose from .712 and .730 to .750 and .754
            (en -> ar) and from .727 and .812 to .779 and .848 (ar -> en). From .2 to .4 none differs by more
            than one point.
        translation_baseline: share of the best passage's such share that is subtracted from each, so that in
            a collection of both languages they don't push the question's own language down. In one of
            SQuAD's and Belebele's parallel paragraphs the right one in the question's language stays among
            the first five for .98 (en) and .95 (ar) of the questions, with 0 for .97 and .95; and the right
            one in the other language comes among them for .76 and .90 instead of .69 and .88.
        translation_power: exponent of a translation's probability. From .2 to .5 no R@1 differs by more than
            one point.
        sentence_share: share of a passage's late interaction that is its best sentence's. At .5 and .65 no
            pairing's R@1 differs by more than half a point; without it English questions over Arabic text
            lose one point.
        surprisal_power: exponent of each question token's surprisal. With `sentence_share` .5 it added .1 to
            .5 points of R@1 on each pairing of XQuAD and cost none on TyDi; from 1.25 to 1.75 no result
            differs by more than a quarter of a point.
        language_mean_share: the fraction of a language's mean vector that is subtracted. Between .8 and 1 no
            pairing's R@1 on XQuAD differs by more than half a point.
        section_weight: weight of the vector of a passage's headings relative to the passage's own; chosen.
    """

    candidates: int = 50
    reranked: int = 32
    lexical_weight: float = 0.15
    name_weight: float = 0.2
    translation_weight: float = 0.25
    translation_baseline: float = 0.5
    translation_power: float = 0.3
    sentence_share: float = 0.5
    surprisal_power: float = 1.5
    language_mean_share: float = 0.8
    section_weight: float = 0.35

    @property
    def proposals(self) -> int:
        """The most passages that the legs propose together."""
        return 3 * self.candidates


@dataclass(frozen=True)
class SentenceParameters:
    """How the sentences of the first passages are ranked, beside the late interaction with each.

    Attributes:
        read: passages whose sentences are scored; chosen. The right one is the first for 95 of 100 questions
            and among the first five for all but one of 200 (XQuAD, ar -> ar).
        read_for_shape: the same for definition and list questions: their answers are recognised by form, so
            more can be read; chosen.
        nearly_as_good: a further sentence is quoted if it scores at least this share of the best one; chosen.
        before_weight, after_weight: weights of what the sentence before and the one after add to the late
            interaction: a question often names what only the sentence before names. The neighbourhood and the
            pooled vector brought 1 to 2 points of sentences right given the paragraph, on XQuAD and on TyDi;
            with .4 to .6 and .1 to .2 no set differs by more than a point. Weights fitted to one of the sets,
            also with the sentence's length and place, did no better on the other.
        pooled_weight: weight of the cosine of mean token vectors; measured with the two above.
        lexical_weight: weight of the share of the question's words that the sentence has.
        type_weight: weight of having the time or number that is asked for.
        definition_weight, list_weight: bonus for a sentence that defines the subject of a definition
            question, and for list items in answer to a list question; chosen on documents written for this,
            as no public set has such questions.
        label_weight: bonus for an entry whose label is the subject: it is an answer by its form; chosen.
        margin_penalty: subtracted for a running header or footer; chosen.
        key_penalty: subtracted for a line that holds the number or date named in the question, in favour of
            the text below it; chosen.
        cell_weight: bonus for a row of which the question names one cell and another's column, where no
            sentence has more of its words: it is an answer by its form; chosen.
        posed_penalty: subtracted for a sentence that only reports the question itself; chosen.
        echo_penalty: subtracted for a sentence that only repeats the question, a heading that no rule
            recognised as one; chosen.
    """

    read: int = 3
    read_for_shape: int = 8
    nearly_as_good: float = 0.92
    before_weight: float = 0.5
    after_weight: float = 0.2
    pooled_weight: float = 0.2
    lexical_weight: float = 0.1
    type_weight: float = 0.03
    definition_weight: float = 0.06
    list_weight: float = 0.06
    label_weight: float = 0.3
    margin_penalty: float = 0.03
    key_penalty: float = 0.1
    cell_weight: float = 0.1
    posed_penalty: float = 0.3
    echo_penalty: float = 0.3


RANKING: Final = RankingParameters()
SENTENCES: Final = SentenceParameters()
