"""Programmatic interfaces: HTTP, MCP, retrievers for other frameworks."""
