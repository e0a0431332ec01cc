"""Conversations: follow-up questions, history and export."""
