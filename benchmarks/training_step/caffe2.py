"""Variants of the training step in Caffe2: executors, MKL-DNN's operators."""

from measure import load

NAME = "caffe2_cnn.py"
script = load(NAME)
