"""One module per file format: read whole, rewrite, read again; sniffing, limits, intake."""
