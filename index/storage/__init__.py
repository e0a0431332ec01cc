"""Atomic file writes, and lookup tables on disk."""
