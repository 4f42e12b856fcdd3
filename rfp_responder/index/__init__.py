"""Vectors, the lexical index and the manifest that ties them together."""
