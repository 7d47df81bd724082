"""Variants of the training step in PyTorch: memory layout, optimizer kernels, compilation."""

import torch
from measure import compare, load

script = load("pytorch_cnn.py")

# Without this, PyTorch 2.13's compiled backward pass of this model gives the convolutions no
# gradients on a CPU: fast, and wrong.
torch._inductor.config.reorder_for_peak_memory = False


def variant(layout=torch.channels_last, prepare=lambda model: model, **sgd):
    """Return the script's training step with another layout, prepared model or optimizer."""
    model = prepare(script["CNN"]().to(script["device"], memory_format=layout))
    optimizer = script["make_optimizer"](model)
    optimizer.param_groups[0].update(sgd)

    def step(images, labels):
        images, labels = script["to_device"](images, labels)
        images = images.contiguous(memory_format=layout)
        return script["train_step"](model, optimizer, images, labels)

    return step


compare(
    script,
    torch.Tensor.item,
    {
        "the script": variant(),
        "channels first in memory": variant(torch.contiguous_format),
        "SGD(foreach=True)": variant(foreach=True),
        "SGD(fused=True)": variant(fused=True),
        "torch.compile": variant(prepare=torch.compile),
        "torch.compile, channels first": variant(torch.contiguous_format, torch.compile),
    },
)
