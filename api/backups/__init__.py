"""KEEP SAFE: backups and their rotation, recovery keys on paper, restoring, upgrading with a way back."""
