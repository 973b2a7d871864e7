"""Scoring a detector on an annotated corpus, beside stock Presidio, by one written protocol."""
