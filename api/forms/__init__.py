"""FORMS: one form room: fields of a questionnaire on a page, what was typed, what it lacks."""
