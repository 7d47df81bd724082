"""What is in the repository: frameworks, languages, workloads, lessons, published tables, rules.

Everything is read from files and returned as frozen dataclasses; nothing runs and nothing is drawn.
Every other room may call it; it calls none but `datasets`.
"""
