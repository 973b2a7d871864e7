"""Internet messages (RFC 5322, MIME): headers, parts and HTML of the EML format."""
