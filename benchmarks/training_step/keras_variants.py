"""Variants of the training step in Keras, on every back end; the programs beside it add more."""

import time
import warnings

from measure import compare

# Of a generator, `fit` says that it cannot be shuffled, and that it ended.
warnings.filterwarnings("ignore", category=UserWarning, module=r"keras\.")


def compile_again(script, model, **options):
    """Compile a model as the script does, but with other options of `compile`."""
    sgd = script["keras"].optimizers.SGD(script["LEARNING_RATE"], momentum=script["MOMENTUM"])
    model.compile(optimizer=sgd, loss=script["cross_entropy"], **options)
    return model


def train_on_batch(script, **options):
    return compile_again(script, script["make_model"](), **options).train_on_batch


def fit(script, callbacks=()):
    """Return a function that fits a model to an iterable of batches and returns the last loss."""
    model = compile_again(script, script["make_model"]())

    def loop(batches):
        generator = (batch for batch in batches)  # no other iterator will do
        history = model.fit(generator, callbacks=list(callbacks), verbose=0)
        return history.history["loss"][-1]

    return loop


def clock(script):
    """Return a callback that reads the loss and the clock every 20 training steps."""

    class Clock(script["keras"].callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch % 20 == 19:
                self.mark = float(logs["loss"]), time.perf_counter()

    return Clock()


def compare_keras(script, others):
    """Time what every back end can do, and `others`, in turns."""
    variants = {
        "the script": train_on_batch(script),
        "jit_compile=True": train_on_batch(script, jit_compile=True),
        "jit_compile=False": train_on_batch(script, jit_compile=False),
        **others,
    }
    loops = {
        "fit over the generator": fit(script),
        "fit, with a callback": fit(script, [clock(script)]),
    }
    compare(script, float, variants, loops)
