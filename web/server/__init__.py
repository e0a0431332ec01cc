"""What the chat's server lets in, and what a page can ask of it."""
