"""Ask a kernel, after its script has ended, with which precision the arithmetic was allowed.

GPUs may round the inputs of 32-bit products to 19 bits (TF32). Each package has a switch of its own
against that, and a script sets those of its framework; what is read back here is what was in force.
Nothing is imported: only packages that the script itself has imported are asked.
"""

# Package: where it keeps its switches. Of alternatives, the first that the version has.
SWITCHES = {
    "torch": [
        "torch.backends.cudnn.conv.fp32_precision|torch.backends.cudnn.allow_tf32",
        "torch.backends.cudnn.rnn.fp32_precision",
        "torch.backends.cuda.matmul.fp32_precision|torch.backends.cuda.matmul.allow_tf32",
    ],
    "jax": ["jax.config.jax_default_matmul_precision"],
    "tensorflow": ["tensorflow.config.experimental.tensor_float_32_execution_enabled()"],
    "keras": ["keras.backend.floatx()"],
    "theano": ["theano.config.floatX"],
}

# Runs in every Python, 3.6 too. Packages without a switch go by the variables of the environment.
READ_BACK = f"""\
def _rosetta_precision(switches):
    import json, os, sys
    found = {{name: os.environ[name] for name in sorted(os.environ) if "TF32" in name}}
    for package in switches:
        if package not in sys.modules:
            continue
        for either in switches[package]:
            for switch in either.split("|"):
                try:
                    value = eval(switch, {{package: sys.modules[package]}})
                except Exception:
                    continue
                found[switch] = str(value)
                break
    return json.dumps(found)
_rosetta_told = _rosetta_precision({SWITCHES!r})
"""
