"""Text to vectors: encoders, and what is done to their vectors before they are kept."""
