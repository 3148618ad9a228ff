"""FIELD: what an officer's phone holds: households of their posts, what is to be done, how far it reaches."""
