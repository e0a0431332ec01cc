"""Candidates and their scores: BM25, dense vectors, late interaction, names, fusion."""
