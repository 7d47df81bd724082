"""Lessons: verdicts drawn from records, the lines they speak of, and the marks beside those lines.

Only the site's own `__init__` and `output` call it; it calls the other rooms of the site.
"""
