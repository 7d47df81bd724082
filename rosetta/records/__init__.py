"""Records of runs: how they are kept, whether they are current, and what they say.

A record is an executed notebook; here it is read, compared, summarized and put into words.
`run` and `site` may call it; it calls `proof` and `project`.
"""
