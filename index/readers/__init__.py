"""Readers for files of all types: one module or package for each, and what they have in common."""
