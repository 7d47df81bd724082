"""Variants of the training step in Keras on PyTorch: fit, memory layout, torch.compile."""

from keras_variants import compare_keras, train_on_batch
from measure import load

NAME = "keras_torch_cnn.py"
LAST = "(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False)"
FIRST = f'keras.config.set_image_data_format("channels_first")\n{LAST.replace("False", "True")}'

# A layer keeps the layout that is set when it is made, so these are made one after the other.
first = load(NAME, (LAST, FIRST))
channels_first = train_on_batch(first)
first["keras"].config.set_image_data_format("channels_last")
script = load(NAME)


def transposed(images, labels):
    return channels_first(images.transpose(0, 3, 1, 2).copy(), labels)


compare_keras(script, {"channels first": transposed})
