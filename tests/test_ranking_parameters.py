"""The weights of ranking: a change of one comes with a measurement."""

from __future__ import annotations

from dataclasses import asdict

from index.ranking_parameters import RANKING, SENTENCES


def test_passages_are_ranked_by_the_weights_that_were_measured() -> None:
    """The figures of benchmarks/RESULTS.md are of these; whoever changes one measures them again."""
    assert asdict(RANKING) == {
        "candidates": 50,
        "reranked": 32,
        "lexical_weight": 0.15,
        "name_weight": 0.2,
        "translation_weight": 0.25,
        "translation_baseline": 0.5,
        "translation_power": 0.3,
        "sentence_share": 0.5,
        "surprisal_power": 1.5,
        "language_mean_share": 0.8,
        "section_weight": 0.35,
    }


def test_sentences_are_ranked_by_the_weights_that_were_measured() -> None:
    assert asdict(SENTENCES) == {
        "read": 3,
        "read_for_shape": 8,
        "nearly_as_good": 0.92,
        "before_weight": 0.5,
        "after_weight": 0.2,
        "pooled_weight": 0.2,
        "lexical_weight": 0.1,
        "type_weight": 0.03,
        "definition_weight": 0.06,
        "list_weight": 0.06,
        "label_weight": 0.3,
        "margin_penalty": 0.03,
        "key_penalty": 0.1,
        "echo_penalty": 0.3,
        "cell_weight": 0.1,
        "posed_penalty": 0.3,
    }
