"""Variants of the training step in Keras on TensorFlow: fit, XLA, a training step of one's own."""

from keras_variants import compare_keras
from measure import load

script = load("keras_tensorflow_cnn.py")
tf, cross_entropy = script["tf"], script["cross_entropy"]
model = script["make_model"]()
script["compile_model"](model)
model.optimizer.build(model.trainable_variables)


@tf.function
def own_step(images, labels):
    """Take a training step with the same model, loss and optimizer, but without compile's."""
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, model(images, training=True))
    model.optimizer.apply(tape.gradient(loss, model.trainable_variables))
    return loss


compare_keras(script, {"a tf.function of one's own": own_step})
