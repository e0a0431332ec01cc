"""Text encoders, and the processing of their vectors before they are stored."""
