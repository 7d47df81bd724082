"""Compute both networks in float64: logits, loss, gradients and the optimizers' steps.

Pure NumPy, written for this proof alone. Weights are in PyTorch's layout and under the reference's
names, images channels first. `tests/proof/test_networks.py` holds it against what the programs in
reference/ computed in two frameworks.
"""

import numpy as np

GATES = 3


class CNN:
    """The convolutional network without dropout."""

    convolutions = ("conv1", "conv2", "conv3", "conv4")
    pooled = ("conv2", "conv4")

    def logits(self, w: dict, images: np.ndarray) -> np.ndarray:
        return self._forward(w, images)[0]

    def gradients(self, w: dict, images: np.ndarray, labels: np.ndarray) -> tuple[float, dict]:
        """Return the mean loss of a batch and its gradient for every weight."""
        logits, kept = self._forward(w, images)
        loss, d = cross_entropy(logits, labels)
        g = {}
        hidden, flat = kept["dense1"]
        g["dense2.weight"], g["dense2.bias"] = d.T @ hidden, d.sum(0)
        d = (d @ w["dense2.weight"]) * (hidden > 0)
        g["dense1.weight"], g["dense1.bias"] = d.T @ flat, d.sum(0)
        d = d @ w["dense1.weight"]
        n, c, h = len(images), len(w["conv4.bias"]), kept["conv4"][0].shape[1] // 2
        d = d.reshape(n, c, h, h).transpose(0, 2, 3, 1)
        for name in reversed(self.convolutions):
            before, x = kept[name]
            if name in self.pooled:
                d = unpooled(before, d * (pooled(before) > 0))
            else:
                d = d * (before > 0)
            g[name + ".bias"] = d.sum((0, 1, 2))
            wanted = name != self.convolutions[0]
            g[name + ".weight"], d = convolved_back(x, w[name + ".weight"], d, wanted)
        return loss, g

    def _forward(self, w: dict, images: np.ndarray):
        x, kept = images.astype(np.float64).transpose(0, 2, 3, 1), {}
        for name in self.convolutions:
            before = columns(x) @ matrix(w[name + ".weight"]) + w[name + ".bias"]
            before = before.reshape(*x.shape[:3], -1)
            kept[name] = before, x
            x = np.maximum(pooled(before) if name in self.pooled else before, 0)
        flat = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
        hidden = np.maximum(flat @ w["dense1.weight"].T + w["dense1.bias"], 0)
        kept["dense1"] = hidden, flat
        return hidden @ w["dense2.weight"].T + w["dense2.bias"], kept


def columns(x: np.ndarray) -> np.ndarray:
    """Return what a 3 x 3 kernel sees at each place, padded with zeros: (places, 9 * channels)."""
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    n, h, width, c = x.shape
    seen = np.empty((n, h, width, 9, c))
    for k in range(9):
        i, j = divmod(k, 3)
        seen[:, :, :, k] = bordered[:, i : i + h, j : j + width]
    return seen.reshape(-1, 9 * c)


def matrix(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel as the matrix that such columns are multiplied by."""
    return kernel.transpose(2, 3, 1, 0).reshape(-1, len(kernel))


def convolved_back(x, kernel, d, wanted: bool):
    """Return the gradients for the kernel and, if wanted, for what it was applied to."""
    n, h, width, c = x.shape
    flat = d.reshape(-1, d.shape[-1])
    g = (columns(x).T @ flat).reshape(3, 3, c, -1).transpose(3, 2, 0, 1)
    if not wanted:
        return g, None
    seen = (flat @ matrix(kernel).T).reshape(n, h, width, 9, c)
    back = np.zeros((n, h + 2, width + 2, c))
    for k in range(9):
        i, j = divmod(k, 3)
        back[:, i : i + h, j : j + width] += seen[:, :, :, k]
    return g, back[:, 1:-1, 1:-1]


def corners(x: np.ndarray) -> list[np.ndarray]:
    """Return the four values of each 2 x 2 window, as views."""
    return [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]


def pooled(x: np.ndarray) -> np.ndarray:
    a, b, c, d = corners(x)
    return np.maximum(np.maximum(a, b), np.maximum(c, d))


def unpooled(x: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Give a window's gradient to its largest value; equal ones share it."""
    largest = pooled(x)
    shares = d / sum((corner == largest) for corner in corners(x))
    back = np.empty_like(x)
    for mine, corner in zip(corners(back), corners(x), strict=True):
        np.multiply(shares, corner == largest, out=mine)
    return back


class GRU:
    """An embedding, cuDNN's recurrence, and a dense layer on its last output."""

    def logits(self, w: dict, reviews: np.ndarray) -> np.ndarray:
        return self._forward(w, reviews)[0]

    def gradients(self, w: dict, reviews: np.ndarray, labels: np.ndarray) -> tuple[float, dict]:
        """Return the mean loss of a batch and its gradient for every weight."""
        logits, words, states, kept = self._forward(w, reviews)
        loss, d = cross_entropy(logits, labels)
        g = {name: np.zeros_like(values) for name, values in w.items()}
        g["dense.weight"], g["dense.bias"] = d.T @ states[-1], d.sum(0)
        dh = d @ w["dense.weight"]
        d_words = np.empty_like(words)
        for t in range(reviews.shape[1] - 1, -1, -1):
            r, z, n, inside = kept[t]
            h = states[t]
            dn = dh * (1 - z) * (1 - n * n)
            dz = dh * (h - n) * z * (1 - z)
            dr = dn * inside * r * (1 - r)
            d_in = np.concatenate([dr, dz, dn], 1)
            d_state = np.concatenate([dr, dz, dn * r], 1)
            g["gru.weight_ih"] += d_in.T @ words[:, t]
            g["gru.weight_hh"] += d_state.T @ h
            g["gru.bias_ih"] += d_in.sum(0)
            g["gru.bias_hh"] += d_state.sum(0)
            d_words[:, t] = d_in @ w["gru.weight_ih"]
            dh = dh * z + d_state @ w["gru.weight_hh"]
        np.add.at(g["embedding.weight"], reviews, d_words)
        return loss, g

    def _forward(self, w: dict, reviews: np.ndarray):
        words = w["embedding.weight"][reviews]
        states, kept = [np.zeros((len(reviews), w["gru.weight_hh"].shape[1]))], []
        for t in range(reviews.shape[1]):
            h = states[-1]
            from_word = np.split(words[:, t] @ w["gru.weight_ih"].T + w["gru.bias_ih"], GATES, 1)
            from_state = np.split(h @ w["gru.weight_hh"].T + w["gru.bias_hh"], GATES, 1)
            r, z = (sigmoid(a + b) for a, b in zip(from_word[:2], from_state[:2], strict=True))
            n = np.tanh(from_word[2] + r * from_state[2])
            states.append((1 - z) * n + z * h)
            kept.append((r, z, n, from_state[2]))
        return states[-1] @ w["dense.weight"].T + w["dense.bias"], words, states, kept


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean loss and its gradient for the logits."""
    shifted_ = logits - logits.max(1, keepdims=True)
    logs = shifted_ - np.log(np.exp(shifted_).sum(1, keepdims=True))
    rows = np.arange(len(labels))
    d = np.exp(logs)
    d[rows, labels] -= 1
    return float(-logs[rows, labels].mean()), d / len(labels)


# Optimizers: each keeps what it needs from step to step, and changes the weights in place


class Momentum:
    """Plain momentum: v = momentum * v + gradient; the weights move by rate * v."""

    def __init__(self, hyperparameters: dict):
        self.rate, self.momentum = hyperparameters["LEARNING_RATE"], hyperparameters["MOMENTUM"]
        self.velocity: dict = {}

    def step(self, w: dict, g: dict) -> None:
        for name in w:
            self.velocity[name] = self.momentum * self.velocity.get(name, 0.0) + g[name]
            w[name] -= self.rate * self.velocity[name]


class Adam:
    """Adam with epsilon beside the root, after both moments are corrected."""

    def __init__(self, hyperparameters: dict):
        self.rate, self.epsilon = hyperparameters["LEARNING_RATE"], hyperparameters["EPSILON"]
        self.betas = hyperparameters["BETA_1"], hyperparameters["BETA_2"]
        self.steps, self.moments = 0, {}

    def step(self, w: dict, g: dict) -> None:
        self.steps += 1
        first, second = self.betas
        unbiased = 1 - first**self.steps, 1 - second**self.steps
        for name in w:
            m, v = self.moments.setdefault(name, (np.zeros_like(w[name]), np.zeros_like(w[name])))
            m += (1 - first) * (g[name] - m)
            v += (1 - second) * (g[name] ** 2 - v)
            w[name] -= self.rate * (m / unbiased[0]) / (np.sqrt(v / unbiased[1]) + self.epsilon)


NETWORKS = {"cnn": (CNN, Momentum), "gru": (GRU, Adam)}


def doubled(weights: dict) -> dict:
    """Return a copy of the weights in float64."""
    return {name: np.array(values, np.float64) for name, values in weights.items()}
