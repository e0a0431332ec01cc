"""Readers for plain text, Markdown, HTML, PDF, DOCX and EPUB files."""
