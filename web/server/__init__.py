"""The chat's server: access control, limits and the calls of its page."""
