"""Variants of the training step in PaddlePaddle: compilation, the optimizer's kernels, gradients.

Paddle reads its thread count at import: run with OMP_NUM_THREADS=... to compare other counts.
"""

from measure import compare, load

script = load("paddle_cnn.py")
paddle = script["paddle"]


def variant(prepare=lambda model: model, set_to_zero=True, **momentum):
    """Return the script's training step with a prepared model or another optimizer."""
    model = script["CNN"]()
    parameters = model.parameters()
    hyperparameters = script["LEARNING_RATE"], script["MOMENTUM"], parameters
    optimizer = paddle.optimizer.Momentum(*hyperparameters, **momentum)
    prepared = prepare(model)

    def step(images, labels):
        return script["train_step"](prepared, optimizer, *script["to_device"](images, labels))

    return step


def static(**options):
    return lambda model: paddle.jit.to_static(model, backend=None, **options)


compare(
    script,
    paddle.Tensor.item,
    {
        "the script": variant(),
        "paddle.jit.to_static": variant(static(full_graph=True)),
        "paddle.jit.to_static, by bytecode (SOT)": variant(static(full_graph=False)),
        "Momentum(use_multi_tensor=True)": variant(use_multi_tensor=True),
    },
)
