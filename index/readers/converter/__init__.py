"""A process of its own that converts files, with bounded time and memory."""
