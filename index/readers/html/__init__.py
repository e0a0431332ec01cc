"""Text and block extraction from HTML."""
