# %% [markdown]
# # CNTK's momentum shrinks the step: CNTK

# %% setup

# %%
import cntk as C
import numpy as np

device = C.use_default_device()
print(f"CNTK {C.__version__} on {device}")

BATCH_SIZE, STEPS, SEEDS = 64, 10, 5
LEARNING_RATE, MOMENTUM = 0.01, 0.9

# %% experiment [markdown]
# One dense layer reads a batch of images, starts at zero and takes ten training
# steps: with the default, then with `unit_gain=False`. Images are centered, so
# that the gradient hardly changes on the way.

# %%
x, y = C.input_variable((3, 32, 32)), C.input_variable(10)
rate = C.learning_parameter_schedule(LEARNING_RATE)
momentum = C.momentum_schedule(MOMENTUM)


def distance(images, labels, **options):
    model = C.layers.Dense(10, init=0, init_bias=0)(x)
    loss = C.cross_entropy_with_softmax(model, y)
    sgd = C.momentum_sgd(model.parameters, rate, momentum, **options)
    trainer = C.Trainer(model, loss, [sgd])
    for _ in range(STEPS):
        trainer.train_minibatch({x: images, y: labels})
    return float(np.sqrt(sum((w.value**2).sum() for w in model.parameters)))


# %%
with_, without = [], []
for seed in range(SEEDS):
    rng = np.random.RandomState(seed)
    images = rng.rand(BATCH_SIZE, 3, 32, 32).astype(np.float32) - 0.5
    labels = np.eye(10, dtype=np.float32)[rng.randint(10, size=BATCH_SIZE)]
    with_.append(distance(images, labels))  # the default is unit gain
    without.append(distance(images, labels, unit_gain=False))
    print(f"unit gain {with_[-1]:.5f}, without {without[-1]:.5f}")

# %% results [markdown]
# How far the weights came, seed by seed.

# %%
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
    "with": with_,
    "without": without,
}
