"""The structure of a document: its blocks, the labels of its items, and the parts of official papers."""
