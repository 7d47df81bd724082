"""Judge what a script reported against the reference, and name the mistake where it is wrong.

Pure functions of numbers: no kernel, no clock, no page.
`records`, `run` and `site` may call it; it calls only `project`.
"""
