"""What the chat's page shows, as HTML."""
