"""PROVE: what each transaction wrote, sealed with the audit log into a tree nobody changes unnoticed."""
