"""Questions that follow one another: understood, kept, exported."""
