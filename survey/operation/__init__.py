"""OPERATE: which restore this database comes from, which keys are its own, backups and checks that ran."""
