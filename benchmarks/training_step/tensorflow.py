"""Variants of the training step in TensorFlow: eager, XLA, Keras's loss, a tf.data pipeline."""

from measure import compare, load

NAME = "tensorflow_cnn.py"
LOSS = "tf.reduce_mean(cross_entropy(labels, logits))"
KERAS_LOSS = "tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)"
script = load(NAME)
keras_loss = load(NAME, (LOSS, KERAS_LOSS))
tf = script["tf"]
plain_step = script["train_step"].python_function


def variant(train_step=script["train_step"], names=script):
    model = names["CNN"]()
    optimizer = names["make_optimizer"](model)
    return lambda images, labels: train_step(model, optimizer, images, labels)


def from_generator(batches):
    """Take the batches through tf.data, which prepares the next one during a training step."""
    images, labels = script["x_train"][:64], script["y_train"][:64]
    signature = tf.TensorSpec(images.shape, images.dtype), tf.TensorSpec(labels.shape, labels.dtype)
    dataset = tf.data.Dataset.from_generator(lambda: batches, output_signature=signature)
    for images, labels in dataset.prefetch(tf.data.AUTOTUNE):
        loss = prefetched(images, labels)
    return loss


prefetched = variant()
compare(
    script,
    lambda loss: loss.numpy(),
    {
        "the script": variant(),
        "Keras's loss": variant(keras_loss["train_step"], keras_loss),
        "jit_compile=True": variant(tf.function(plain_step, jit_compile=True)),
        "eager": variant(plain_step),
    },
    {"batches through tf.data": from_generator},
)
