"""The vendor's bucket: deliver, fetch, provision."""
