"""Evaluation of answers: measures, reports, plots."""
