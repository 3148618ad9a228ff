"""APPROVALS: lists, approvals, official acts, postings."""
