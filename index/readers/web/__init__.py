"""Reads web pages: one address at a time, and only when a person has asked for it."""
