"""Text analysis for Arabic and English: analyzer, sentence and passage splitting, spelling."""
