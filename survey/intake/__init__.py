"""RECEIVE: the single door. Envelope -> checks -> registry -> assessment -> receipt; the inbox."""
