"""Everything that executes: environments, kernels, the runner, and what is stale and must run.

Only here is a kernel started, the machine asked, or a record written.
Only the command line may call it; it calls `records`, `proof`, `project` and `datasets`.
"""
