"""Variants of the training step in tinygrad."""
