"""Known mistakes to plant in the scripts of the GRU, of current frameworks but PyTorch."""

FAULTS = {
    "gates exchanged": {
        "jax_flax": [
            (
                "= transposed(name, w)",
                "= transposed(name, np.concatenate([w[100:200], w[:100], w[200:]]) "
                "if 'gru' in name else w)",
            )
        ],
        "equinox": [
            (
                "jnp.asarray(w) for w in weights.values()",
                "jnp.concatenate([w[100:200], w[:100], w[200:]]) if 'gru' in n "
                "else jnp.asarray(w) for n, w in weights.items()",
            )
        ],
        "tensorflow": [("[[1, 0, 2]]", "[[0, 1, 2]]")],
        "keras_tensorflow": [("[[1, 0, 2]]", "[[0, 1, 2]]")],
        "keras_jax": [("[[1, 0, 2]]", "[[0, 1, 2]]")],
        "keras_torch": [("[[1, 0, 2]]", "[[0, 1, 2]]")],
        "paddle": [
            (
                "].set_value(w)",
                "].set_value(np.concatenate([w[100:200], w[:100], w[200:]]) if "
                "name.startswith('gru') else w)",
            )
        ],
        "mlx": [
            (
                "name, mx.array(w))",
                "name, mx.array(np.concatenate([w[100:200], w[:100], w[200:]]) if "
                "name.startswith('gru') else w))",
            )
        ],
    },
    "reset gate before the product": {
        "jax_flax": [
            (
                "nnx.Linear(units, 3 * units, use_bias=True, **init)",
                "nnx.Linear(units, 3 * units, use_bias=True, **init)\n\n    def "
                "__call__(self, h, x):\n        split = lambda a: "
                "jax.numpy.split(a, 3, -1)\n        x, kept = "
                "split(self.dense_i(x)), split(self.dense_h(h))\n        r, z = "
                "nnx.sigmoid(x[0] + kept[0]), nnx.sigmoid(x[1] + kept[1])\n        "
                "n = nnx.tanh(x[2] + split(self.dense_h(r * h))[2])\n        h = (1 "
                "- z) * n + z * h\n        return h, h",
            )
        ],
        "equinox": [("reset * kept[2]", "jnp.split(self.hh(reset * h), 3)[2]")],
        "tensorflow": [
            ('"reset_after": True', '"reset_after": False'),
            (
                "np.stack([exchanged(bias_ih), exchanged(bias_hh)])",
                "exchanged(bias_ih) + exchanged(bias_hh)",
            ),
            ("*biases)", "biases, biases)"),
        ],
        "keras_tensorflow": [
            ('"reset_after": True', '"reset_after": False'),
            (
                "np.stack([exchanged(bias_ih), exchanged(bias_hh)])",
                "exchanged(bias_ih) + exchanged(bias_hh)",
            ),
            ("*biases)", "biases, biases)"),
        ],
        "keras_jax": [
            ('"reset_after": True', '"reset_after": False'),
            (
                "np.stack([exchanged(bias_ih), exchanged(bias_hh)])",
                "exchanged(bias_ih) + exchanged(bias_hh)",
            ),
            ("*biases)", "biases, biases)"),
        ],
        "keras_torch": [
            ('"reset_after": True', '"reset_after": False'),
            (
                "np.stack([exchanged(bias_ih), exchanged(bias_hh)])",
                "exchanged(bias_ih) + exchanged(bias_hh)",
            ),
            ("*biases)", "biases, biases)"),
        ],
        "mlx": [
            (
                "n = mx.tanh(n_in + r * n_hid)",
                "n = mx.tanh(n_in + mx.addmm(self.bias_hh[200:], r * h, self.weight_hh[200:].T))",
            )
        ],
    },
    "one bias vector dropped": {
        "jax_flax": [("= transposed(name, w)", "= transposed(name, w * (name != 'gru.bias_hh'))")],
        "equinox": [
            (
                "jnp.asarray(w) for w in weights.values()",
                "jnp.asarray(w * (n != 'gru.bias_hh')) for n, w in weights.items()",
            )
        ],
        "tensorflow": [("exchanged(bias_hh)])", "0 * exchanged(bias_hh)])")],
        "keras_tensorflow": [("exchanged(bias_hh)])", "0 * exchanged(bias_hh)])")],
        "keras_jax": [("exchanged(bias_hh)])", "0 * exchanged(bias_hh)])")],
        "keras_torch": [("exchanged(bias_hh)])", "0 * exchanged(bias_hh)])")],
        "paddle": [("].set_value(w)", "].set_value(w * (name != 'gru.bias_hh'))")],
        "mlx": [("name, mx.array(w))", "name, mx.array(w * (name != 'gru.bias_hh')))")],
    },
    "padding at the end, in the data": {
        "jax_flax": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
        "equinox": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
        "tensorflow": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.append(x[x > "
                "0], x[x == 0]) for x in x_train])",
            )
        ],
        "keras_tensorflow": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.append(x[x > "
                "0], x[x == 0]) for x in x_train])",
            )
        ],
        "keras_jax": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.append(x[x > "
                "0], x[x == 0]) for x in x_train])",
            )
        ],
        "keras_torch": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.append(x[x > "
                "0], x[x == 0]) for x in x_train])",
            )
        ],
        "paddle": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
        "mlx": [
            (
                "= imdb(VOCABULARY, LENGTH)",
                "= imdb(VOCABULARY, LENGTH); x_train = np.stack([np.roll(r, -(r == "
                "0).sum()) for r in x_train])",
            )
        ],
    },
    "padding at the end, in the model": {
        "jax_flax": [
            (
                "self.embedding(reviews)",
                "self.embedding(jax.vmap(lambda r: jax.numpy.roll(r, -(r == 0).sum()))(reviews))",
            )
        ],
        "equinox": [
            ("(self.embedding)(review)", "(self.embedding)(jnp.roll(review, -(review == 0).sum()))")
        ],
        "tensorflow": [
            (
                'zip(ref["reviews"], ref["labels"])',
                "zip([np.stack([np.append(x[x > 0], x[x == 0]) for x in b]) for b "
                'in ref["reviews"]], ref["labels"])',
            )
        ],
        "keras_tensorflow": [
            (
                'zip(ref["reviews"], ref["labels"])',
                "zip([np.stack([np.append(x[x > 0], x[x == 0]) for x in b]) for b "
                'in ref["reviews"]], ref["labels"])',
            )
        ],
        "keras_jax": [
            (
                'zip(ref["reviews"], ref["labels"])',
                "zip([np.stack([np.append(x[x > 0], x[x == 0]) for x in b]) for b "
                'in ref["reviews"]], ref["labels"])',
            )
        ],
        "keras_torch": [
            (
                'zip(ref["reviews"], ref["labels"])',
                "zip([np.stack([np.append(x[x > 0], x[x == 0]) for x in b]) for b "
                'in ref["reviews"]], ref["labels"])',
            )
        ],
        "paddle": [
            (
                "self.embedding(reviews.T)",
                "self.embedding(paddle.to_tensor(np.stack([np.roll(r, -(r == "
                "0).sum()) for r in reviews.numpy()])).T)",
            )
        ],
        "mlx": [
            (
                "self.embedding(reviews.T)",
                "self.embedding(mx.array(np.stack([np.roll(r, -(r == 0).sum()) for "
                "r in np.array(reviews)])).T)",
            )
        ],
    },
    "padding masked": {
        "tensorflow": [("VOCABULARY, 125, uniform", "VOCABULARY, 125, uniform, mask_zero=True")],
        "keras_tensorflow": [("VOCABULARY, 125,", "VOCABULARY, 125, mask_zero=True,")],
        "keras_jax": [("VOCABULARY, 125,", "VOCABULARY, 125, mask_zero=True,")],
        "keras_torch": [("VOCABULARY, 125,", "VOCABULARY, 125, mask_zero=True,")],
    },
    "the row of the padding read as zeros": {
        "paddle": [
            ("nn.Embedding(VOCABULARY, 125,", "nn.Embedding(VOCABULARY, 125, padding_idx=0,")
        ],
    },
    "the first output": {
        "jax_flax": [("outputs[:, -1]", "outputs[:, 0]")],
        "equinox": [("jnp.zeros(100), words)", "jnp.zeros(100), words[:1])")],
        "paddle": [("outputs[-1]", "outputs[0]")],
        "mlx": [("in mx.split(inputs, len(x)):", "in mx.split(inputs, len(x))[:1]:")],
    },
    "read backwards": {
        "jax_flax": [("GRUCell(125, 100, rngs))", "GRUCell(125, 100, rngs), reverse=True)")],
        "equinox": [("jnp.zeros(100), words)", "jnp.zeros(100), words, reverse=True)")],
        "tensorflow": [("layers.GRU(100,", "layers.GRU(100, go_backwards=True,")],
        "keras_tensorflow": [("layers.GRU(100,", "layers.GRU(100, go_backwards=True,")],
        "keras_jax": [("layers.GRU(100,", "layers.GRU(100, go_backwards=True,")],
        "keras_torch": [("layers.GRU(100,", "layers.GRU(100, go_backwards=True,")],
        "paddle": [("self.embedding(reviews.T)", "self.embedding(reviews.T.flip(0))")],
        "mlx": [("self.embedding(reviews.T)", "self.embedding(reviews.T[::-1])")],
    },
    "epsilon 1e-7": {
        "jax_flax": [("eps=EPSILON", "eps=1e-7")],
        "equinox": [("eps=EPSILON", "eps=1e-7")],
        "tensorflow": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "keras_tensorflow": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "keras_jax": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "keras_torch": [("self.epsilon = EPSILON", "self.epsilon = 1e-7")],
        "paddle": [("BETA_2, EPSILON", "BETA_2, 1e-7")],
        "mlx": [("betas, EPSILON,", "betas, 1e-7,")],
    },
    "epsilon before the correction": {
        "tensorflow": [("EPSILON * tf.sqrt(correction)", "EPSILON")],
        "keras_tensorflow": [("EPSILON * keras.ops.sqrt(correction)", "EPSILON")],
        "keras_jax": [("EPSILON * keras.ops.sqrt(correction)", "EPSILON")],
        "keras_torch": [("EPSILON * keras.ops.sqrt(correction)", "EPSILON")],
    },
    "squared by word": {
        "tensorflow": [("[tf.convert_to_tensor(g) for g in gradients]", "gradients")],
        "keras_tensorflow": [("gradient = keras.ops.add(gradient, 0)", "pass")],
    },
    "uncorrected": {
        "mlx": [("bias_correction=True", "bias_correction=False")],
    },
    "beta 2": {
        "jax_flax": [("b2=BETA_2", "b2=0.99")],
        "equinox": [("b2=BETA_2", "b2=0.99")],
    },
    "weight decay, decoupled": {
        "jax_flax": [
            ("optax.adam(", "optax.adamw("),
            ("eps=EPSILON", "eps=EPSILON, weight_decay=0.01"),
        ],
        "equinox": [
            (
                "optimizer.update(grads, state)",
                "optimizer.update(grads, state, eqx.filter(model, eqx.is_array))",
            ),
            ("optax.adam(", "optax.adamw("),
            ("eps=EPSILON", "eps=EPSILON, weight_decay=0.01"),
        ],
    },
    "learning rate": {
        "jax_flax": [("adam(LEARNING_RATE", "adam(2 * LEARNING_RATE")],
        "equinox": [("adam(LEARNING_RATE", "adam(2 * LEARNING_RATE")],
        "paddle": [("        LEARNING_RATE,", "        2 * LEARNING_RATE,")],
        "mlx": [("optim.Adam(LEARNING_RATE,", "optim.Adam(2 * LEARNING_RATE,")],
    },
    "default initializer": {
        "jax_flax": [('"embedding_init": symmetric, ', "")],
        "equinox": [("weight=start", "*shape, key=k[0]")],
        "paddle": [("125, weight_attr=uniform", "125")],
        "mlx": [("self.embedding.weight = uniform(self.embedding.weight)", "pass")],
    },
    "softmax twice, in the loss": {
        "jax_flax": [
            ("cross_entropy(model(reviews),", "cross_entropy(nnx.softmax(model(reviews)),")
        ],
        "equinox": [
            (
                "cross_entropy(jax.vmap(model)(reviews),",
                "cross_entropy(jax.nn.softmax(jax.vmap(model)(reviews)),",
            )
        ],
    },
    "loss summed": {
        "jax_flax": [("labels).mean()", "labels).sum()")],
        "equinox": [("labels).mean()", "labels).sum()")],
    },
}
