"""Explanations of search results."""
