"""INBOX: records arrive here; what waits is mended here."""
