# %% [markdown]
# # GRU on IMDB in PyTorch

# %% setup [markdown]
# PyTorch leaves every tensor on the CPU until told otherwise, so the device is
# named once, here. cuDNN's recurrent kernels round to TF32 unless asked for
# full `float32`.

# %%
import time

import torch
import torch.nn.functional as F
from torch import nn

from rosetta.datasets import fingerprint, imdb, minibatches, reference

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.rnn.fp32_precision = "ieee"
print(f"PyTorch {torch.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8
VOCABULARY = 30_000
LENGTH = 150
SEED = 0
TRAIN_REVIEWS = 25_000
TEST_REVIEWS = 25_000

# %% data [markdown]
# Tokens index the embedding as `int32` or `int64`, as they come. Cross-entropy
# wants `int64` class indices, not one-hot vectors. `non_blocking` spares a GPU
# the wait for each copy.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(reviews, labels):
    reviews = torch.from_numpy(reviews).to(device, non_blocking=True)
    labels = torch.from_numpy(labels).to(device, non_blocking=True)
    return reviews, labels.long()


# %% model [markdown]
# `nn.GRU` is cuDNN's recurrence, on the CPU too, with two bias vectors. It
# wants time first unless told `batch_first`. Left alone, it starts uniform in
# ±0.1, biases included, and an embedding from a normal draw; `padding_idx`,
# not used here, would keep the zeros' row at zero.


# %%
class GRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = nn.GRU(125, 100, batch_first=True)
        self.dense = nn.Linear(100, 2)
        for name, w in self.named_parameters():
            if name.startswith("embedding"):
                nn.init.uniform_(w, -0.05, 0.05)
            else:  # biases are the parameters with one axis
                nn.init.xavier_uniform_(w) if w.ndim > 1 else nn.init.zeros_(w)

    def forward(self, reviews):
        outputs, _ = self.gru(self.embedding(reviews))
        return self.dense(outputs[:, -1])  # logits: the loss has the softmax


torch.manual_seed(SEED)
model = GRU().to(device)
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")

# %% optimizer [markdown]
# PyTorch's `Adam` adds epsilon after both moments are corrected, as this
# workload does; every value here is also its default. Nearly all of the
# parameters are the embedding's: `fused=True` updates them in one pass.


# %%
def make_optimizer(model):
    return torch.optim.Adam(
        model.parameters(),
        lr=LEARNING_RATE,
        betas=(BETA_1, BETA_2),
        eps=EPSILON,
        fused=True,
    )


def train_step(model, optimizer, reviews, labels):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(reviews), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


optimizer = make_optimizer(model)

# %% train [markdown]
# CUDA calls return before the GPU has finished, so a clock is read only after
# `item()` or `torch.cuda.synchronize()`, which wait for it. A gradient of the
# embedding is as large as the embedding, most of it zero; `sparse=True` would
# spare that, but with an Adam that forgets the rows that a batch lacks.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, *to_device(reviews, labels))
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    if device.type == "cuda":
        torch.cuda.synchronize()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `no_grad()` skips recording the graph. There is no dropout here, so `eval()`
# would change nothing.

# %%
batches = x_test.reshape(-1, 100, LENGTH)
with torch.no_grad():
    logits = [model(torch.from_numpy(x).to(device)).cpu() for x in batches]
predicted = torch.cat(logits).argmax(1).numpy()

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# A twin of the model takes the reference weights, stored in PyTorch's layout
# and order of gates: nothing is transposed in this tab. PyTorch only adds the
# number of the layer to the names.


# %%
def own_name(name):
    return name + "_l0" if name.startswith("gru") else name


ref = reference("gru")
weights = {n: torch.from_numpy(w).to(device) for n, w in ref["weights"].items()}
twin = GRU().to(device)
state = twin.state_dict()
initial = fingerprint({n: state[own_name(n)].cpu() for n in weights})

twin.load_state_dict({own_name(n): w for n, w in weights.items()})
optimizer = make_optimizer(twin)
batches = [to_device(*batch) for batch in zip(ref["reviews"], ref["labels"])]
with torch.no_grad():
    logits = twin(batches[0][0])

# %% [markdown]
# A training step a batch. Gradients stay in `.grad` until the next training
# step clears them.


# %%
def change():
    now = twin.state_dict()
    moved = {n: (now[own_name(n)] - w).cpu() for n, w in weights.items()}
    return fingerprint(moved)


losses = [train_step(twin, optimizer, *batches[0]).item()]
grads = {n: p.grad.cpu() for n, p in twin.named_parameters()}
gradients = fingerprint({n: grads[own_name(n)] for n in weights})
changes = [change()]
losses += [train_step(twin, optimizer, *batch).item() for batch in batches[1:]]
changes.append(change())

# %% results
reviews, _ = to_device(x_train[:1000], y_train[:1000])

# %%
{
    "device": logits.device.type,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": reviews.max().item(),
        "first_mean": reviews[:, 0].double().mean().item(),
        "last_mean": reviews[:, -1].double().mean().item(),
    },
    "recurrence": {
        "layer": "nn.GRU",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
