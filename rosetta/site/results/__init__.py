"""Tables and pictures drawn from records: results, older studies, coverage, proof.

`lessons` may call it; it calls `tabs`, `pages` and `base`.
"""
