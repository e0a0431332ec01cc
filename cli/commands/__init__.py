"""One module per command of `dalil`."""
