"""A written answer by a language model that the user names, each claim checked against its quotations."""
