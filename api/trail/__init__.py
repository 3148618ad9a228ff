"""The trail for people: its page and export, and the page that checks a receipt."""
