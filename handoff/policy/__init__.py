"""policies/*.yaml -> vendor policies, redaction profiles, configuration; preflight."""
