"""Scripts and records as pages: cells with their outputs, stamps, measures, links to lines.

`tabs`, `results` and `lessons` show the same cells and figures by calling this room; it calls only
`base`.
"""
