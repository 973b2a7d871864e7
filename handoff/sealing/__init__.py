"""Encryption (age), signatures (SSHSIG), the firm's keys, the manifest."""
