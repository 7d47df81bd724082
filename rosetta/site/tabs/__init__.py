"""A workload's page: one step in every framework as tabs, the picker, the picture of its network.

`results` and `lessons` may call it; it calls `pages` and `base`.
"""
