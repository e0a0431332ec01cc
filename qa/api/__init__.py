"""Dalil for programs: HTTP, MCP, retrievers for other frameworks."""
