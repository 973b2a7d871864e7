"""The Presidio engine, the recognizers of legal identifiers, propagation."""
