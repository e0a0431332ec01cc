"""The analyzer for Arabic and English, sentences, passages, spelling."""
