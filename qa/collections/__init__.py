"""The collections that a person keeps between runs."""
