"""The edge: parses, authorises, calls one function below, commits, answers."""
