"""Verbs on nouns: each takes the caller's session first and commits nothing."""
