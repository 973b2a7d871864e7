"""Scans and pictures: read by OCR, findings burnt over, written anew without anything beside."""
