"""HTML views of the chat's page."""
