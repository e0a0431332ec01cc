"""Readers of spreadsheets, slides, OpenDocument and Rich Text files."""
