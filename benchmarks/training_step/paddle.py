"""Variants of the training step in PaddlePaddle: compilation, the optimizer's kernels.

Threads and kernels are chosen at the import: run with OMP_NUM_THREADS=... to compare other counts,
and on an AMD processor with MKL_DEBUG_CPU_TYPE=0 to see what MKL does unasked.
"""

from measure import compare, load

script = load("paddle_cnn.py")
paddle = script["paddle"]


def variant(prepare=lambda model: model, **momentum):
    """Return the script's training step with a prepared model or another optimizer."""
    model = script["CNN"]()
    hyperparameters = script["LEARNING_RATE"], script["MOMENTUM"], model.parameters()
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
