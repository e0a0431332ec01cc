"""File uploads to a collection: received one by one, spooled to a folder, imported in turns."""
