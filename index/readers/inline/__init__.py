"""Within a line of text: superscripts, and the numbers of list items."""
