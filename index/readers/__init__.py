"""Files to documents: plain text, Markdown, HTML, PDF, DOCX and EPUB."""
