"""Text extraction from PDF, in reading order."""
