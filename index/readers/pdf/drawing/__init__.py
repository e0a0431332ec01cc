"""What a page of a PDF draws: its glyphs, lines, bullets and annotations."""
