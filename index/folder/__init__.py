"""The default engine: an index in a folder of this machine."""
