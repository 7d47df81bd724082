"""Show one deep-learning workload in many frameworks, each really executed."""

__version__ = "0.1.0"
