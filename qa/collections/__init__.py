"""Persistent collections of a user's documents."""
