"""Files of other kinds -> text: HTML, PDF, DOCX and EPUB, each read in a process of its own."""
