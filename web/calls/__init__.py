"""What the page asks of its server: its conversation, and its collections."""
