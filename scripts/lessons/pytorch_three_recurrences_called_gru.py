# %% [markdown]
# # Three recurrences called GRU: PyTorch

# %% setup

# %%
import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The three, written out, with the weights of one `nn.GRU`. Measured is how far
# the last state is from that layer's: of the recurrences that are others, and
# of the same one in 64-bit arithmetic.


# %%
def last_state(words, weights, kind):
    w_ih, w_hh, b_ih, b_hh = weights
    h = words.new_zeros(words.shape[1], w_hh.shape[1])
    w_r, w_z, w_n = w_hh.chunk(3)
    b_r, b_z, b_n = b_hh.chunk(3)
    for given in words @ w_ih.T + b_ih:
        r_in, z_in, n_in = given.chunk(3, dim=1)
        r = torch.sigmoid(r_in + h @ w_r.T + b_r)
        z = torch.sigmoid(z_in + h @ w_z.T + b_z)
        if kind == "after":  # cuDNN's
            kept = r * (h @ w_n.T + b_n)
        elif kind == "before":  # the first paper's
            kept = (r * h) @ w_n.T + b_n
        elif kind == "one bias":  # after, but none inside the product
            kept = r * (h @ w_n.T) + b_n
        h = (1 - z) * torch.tanh(n_in + kept) + z * h
    return h


# %%
@torch.no_grad()
def distances(kind, seed):
    torch.manual_seed(seed)
    gru = nn.GRU(125, 100).to(device).double()
    words = torch.randn(150, 64, 125, dtype=torch.float64, device=device)
    exact = gru(words)[0][-1]
    words, weights = words.float(), [w.float() for w in gru.parameters()]
    other = last_state(words, weights, kind) - exact
    same = last_state(words, weights, "after") - exact
    return other.abs().max().item(), same.abs().max().item()


cases = [(kind, seed) for kind in ("before", "one bias") for seed in range(3)]
distances(*cases[0])  # warms up
with_, without = zip(*(distances(*case) for case in cases))
for case, other, same in zip(cases, with_, without):
    print(case, f"{other:.1e}, rounding {same:.1e}")

# %% results
{"device": device.type, "with": list(with_), "without": list(without)}
