"""WATCH: disk, backups, keys, lines, inbox, phones of each commune; for the page and the doctor."""
