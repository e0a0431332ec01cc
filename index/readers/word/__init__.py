"""Text and block extraction from DOCX, including automatic numbers."""
