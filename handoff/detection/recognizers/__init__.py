"""Recognizers of legal and business identifiers: one file a family, each with a table test."""
