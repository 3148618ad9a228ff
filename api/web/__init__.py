"""WEB: the application itself: settings, clock, database, rights, requests and answers."""
