"""Variants of the training step in Chainer: iDeep or NumPy, iDeep's arrays, checks, gradients.

iDeep reads its variables when it is loaded: run with MKL_DEBUG_CPU_TYPE=0 to see what its MKL does
when left alone, with KMP_BLOCKTIME=0 or OMP_NUM_THREADS=... to compare how its threads wait.
"""

from measure import compare, load

NAME = "chainer_cnn.py"
script = load(NAME)
ideep_dropout = load(
    NAME, ('using_config("use_ideep", "never")', 'using_config("use_ideep", "auto")')
)
chainer, intel64 = script["chainer"], script["intel64"]


def variant(prepare=lambda images: images, device="@numpy", script=script, **config):
    """Return the script's training step with other inputs, arrays or configuration."""
    model = script["CNN"]()
    model.to_device(device)
    optimizer = script["make_optimizer"](model)

    def step(images, labels):
        for name, value in config.items():
            setattr(chainer.config, name, value)  # of this thread, until it is deleted
        loss = script["train_step"](model, optimizer, prepare(images), labels)
        for name in config:
            delattr(chainer.config, name)
        return loss

    return step


variants = {
    "the script": variant(),
    "no iDeep: NumPy": variant(use_ideep="never"),
    "iDeep's dropout, the same every time": variant(script=ideep_dropout),
    "no type checks": variant(type_check=False),
    "images as a Variable": variant(chainer.Variable),
}
if intel64.is_ideep_available():
    variants["weights as iDeep's arrays"] = variant(device="@intel64")
compare(script, float, variants)
