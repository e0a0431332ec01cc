"""Readers of tables and records in plain text, and what all tables have in common."""
