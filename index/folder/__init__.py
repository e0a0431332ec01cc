"""The default engine: an index in a local folder."""
