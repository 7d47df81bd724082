# %% [markdown]
# # cuDNN's weights on a CPU: PyTorch

# %% setup [markdown]
# Needs a GPU. cuDNN's kernels round to TF32 unless asked for full `float32`.

# %%
import torch
from torch import nn

if not torch.cuda.is_available():
    raise RuntimeError("no GPU here, so no cuDNN either")
torch.backends.cudnn.rnn.fp32_precision = "ieee"
FEATURES, UNITS, SEEDS = 125, 100, 5
print(f"PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}")

# %% experiment [markdown]
# A layer takes some training steps on the GPU; its `state_dict` then goes into
# a layer on the CPU. Measured is how far the CPU's output is from cuDNN's, and
# how far the CPU's own output is from the same one in 64-bit arithmetic.


# %%
@torch.enable_grad()
def trained_on_gpu():
    gru = nn.GRU(FEATURES, UNITS, device="cuda")
    optimizer = torch.optim.Adam(gru.parameters())
    for _ in range(10):
        words = torch.randn(150, 64, FEATURES, device="cuda")
        optimizer.zero_grad()
        gru(words)[0][-1].square().mean().backward()
        optimizer.step()
    return gru


@torch.no_grad()
def distances(seed):
    torch.manual_seed(seed)
    words = torch.randn(150, 64, FEATURES)
    on_gpu = trained_on_gpu()
    on_cpu = nn.GRU(FEATURES, UNITS)
    on_cpu.load_state_dict(on_gpu.state_dict())
    output = on_cpu(words)[0]
    moved = (on_gpu(words.cuda())[0].cpu() - output).abs().max()
    exact = on_cpu.double()(words.double())[0]
    return moved.item(), (output - exact).abs().max().item()


# %%
distances(0)  # warms up
with_, without = zip(*(distances(seed) for seed in range(SEEDS)))
print(f"GPU to CPU {max(with_):.1e}, 32 to 64 bits {max(without):.1e}")

# %% results
{"device": "cuda", "with": list(with_), "without": list(without)}
