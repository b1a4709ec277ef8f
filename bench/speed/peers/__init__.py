"""Servers that the mock and the client are measured beside."""
