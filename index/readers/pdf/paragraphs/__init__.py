"""Paragraphs of a PDF, from the lines of its columns."""
