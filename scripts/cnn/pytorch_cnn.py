# %% [markdown]
# # CNN on CIFAR-10 in PyTorch

# %% setup [markdown]
# PyTorch leaves every tensor on the CPU until told otherwise, so the device is
# named once, here. Images of one size make cuDNN's autotuner worth its time;
# its convolutions round to TF32 unless asked for full `float32`.

# %%
import time

import torch
import torch.nn.functional as F
from torch import nn

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.conv.fp32_precision = "ieee"
print(f"PyTorch {torch.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels first. How they lie in memory is another
# matter: `channels_last` keeps the shape and is the faster order on a CPU.
# Cross-entropy wants `int64` class indices, not one-hot vectors. `non_blocking`
# spares a GPU the wait for each copy.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(images, labels):
    images = torch.from_numpy(images).to(device, non_blocking=True)
    labels = torch.from_numpy(labels).to(device, non_blocking=True)
    return images.to(memory_format=torch.channels_last), labels.long()


# %% model [markdown]
# Layers that own weights are attributes; the rest are function calls. Left
# alone, PyTorch would start from Kaiming-uniform weights and *non-zero* biases,
# so this workload's Glorot-uniform, zero-bias start is asked for by name.


# %%
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 50, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(50, 50, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(50, 100, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(100, 100, kernel_size=3, padding=1)
        self.dense1 = nn.Linear(100 * 8 * 8, 512)
        self.dense2 = nn.Linear(512, 10)
        for layer in self.children():
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.conv2(F.relu(self.conv1(x)))
        x = F.relu(F.max_pool2d(x, 2))  # 50 x 16 x 16
        x = F.dropout(x, 0.25, self.training)
        x = self.conv4(F.relu(self.conv3(x)))
        x = F.relu(F.max_pool2d(x, 2))  # 100 x 8 x 8
        x = F.dropout(x, 0.25, self.training)
        x = F.dropout(F.relu(self.dense1(x.flatten(1))), 0.5, self.training)
        return self.dense2(x)  # logits: the loss applies the softmax


torch.manual_seed(SEED)
model = CNN().to(device, memory_format=torch.channels_last)
print(f"{sum(p.numel() for p in model.parameters()):,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. The optimizer keeps references to the
# parameters and updates them in place; gradients add up until they are cleared.


# %%
def make_optimizer(model):
    return torch.optim.SGD(
        model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM
    )


def train_step(model, optimizer, images, labels):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


optimizer = make_optimizer(model)

# %% train [markdown]
# CUDA calls return before the GPU has finished, so a clock is read only after
# `item()` or `torch.cuda.synchronize()`, which wait for it. The first training
# steps also pay for cuDNN's search.

# %%
model.train()
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, *to_device(images, labels))
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    if device.type == "cuda":
        torch.cuda.synchronize()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% [markdown]
# Lightning would own this loop, the modes and the copies to the device; of the
# code above it keeps the step and the optimizer (these lines are not run here):
#
# ```python
# class LightningCNN(lightning.LightningModule, CNN):
#     def training_step(self, batch, batch_idx):
#         images, labels = batch
#         return F.cross_entropy(self(images), labels.long())
#
#     def configure_optimizers(self):
#         return make_optimizer(self)
#
#
# lightning.Trainer(max_epochs=EPOCHS).fit(LightningCNN(), train_loader)
# ```

# %% predict [markdown]
# `eval()` switches dropout off; `no_grad()` skips recording the graph. They are
# independent: forgetting the first costs accuracy, the second only memory.

# %%
model.eval()
batches = x_test.reshape(-1, 100, 3, 32, 32)
with torch.no_grad():
    logits = [model(torch.from_numpy(x).to(device)).cpu() for x in batches]
predicted = torch.cat(logits).argmax(1).numpy()

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# A twin of the model takes the reference weights, stored in PyTorch's layout:
# nothing is transposed in this tab. `eval()` switches dropout off, and only
# that: `train_step` still computes gradients and updates the weights.

# %%
ref = reference("cnn")
weights = {n: torch.from_numpy(w).to(device) for n, w in ref["weights"].items()}
twin = CNN().to(device, memory_format=torch.channels_last).eval()
initial = fingerprint({n: w.cpu() for n, w in twin.state_dict().items()})

twin.load_state_dict(weights)
optimizer = make_optimizer(twin)
batch = to_device(ref["images"], ref["labels"])
with torch.no_grad():
    logits = twin(batch[0])
losses = [train_step(twin, optimizer, *batch).item() for _ in range(3)]

# %% [markdown]
# A new optimizer starts without velocity. Gradients stay in `.grad` until the
# next training step clears them.


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, optimizer, *batch)
    now = twin.state_dict()
    return fingerprint({n: (now[n] - w).cpu() for n, w in weights.items()})


twin.load_state_dict(weights)
optimizer = make_optimizer(twin)
batch = to_device(ref["margin_images"], ref["margin_labels"])
changes = [change_after(1)]
gradients = fingerprint({n: p.grad.cpu() for n, p in twin.named_parameters()})
changes.append(change_after(2))  # two more

# %% results
images, _ = to_device(x_train[:1000], y_train[:1000])
means = images.mean((0, 2, 3)).tolist()
{
    "device": logits.device.type,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": images.max().item(), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
