"""ACCOUNTS: signing in, accounts, devices."""
