"""WHO: accounts, their posts, the area each may see, devices and tokens, the audit log."""
