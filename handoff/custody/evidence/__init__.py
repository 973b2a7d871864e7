"""Evidence packages: a ZIP that a stranger verifies with `verify.py` from inside it, offline.

docs/formats/evidence.md is the specification.
"""
