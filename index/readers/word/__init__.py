"""DOCX to text and blocks: a walk of our own over the XML, with automatic numbers."""
