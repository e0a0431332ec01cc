"""Files on their way into a collection: sent one by one, kept in a folder of their own, added in turns."""
