"""What stands within a line of text besides its letters: superscripts, values of fields, formulas."""
