"""The domain: where, who, ask, know, keep, assess, receive, pay. No web, no clock, no commit."""
