"""PDF: read in a sandbox, redacted by the glyph, scrubbed by allow-list, drawn and compared."""

from handoff.documents.pdf.format import PdfFormat

__all__ = ["PdfFormat"]
