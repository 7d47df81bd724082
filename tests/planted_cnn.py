"""Known mistakes to plant in the scripts of the CNN, for test_planted_faults.

Fault: what the finding must say, and per script what is replaced by what.
"""

import planted_cntk
import planted_keras

PYTORCH, JAX_FLAX, MXNET_GLUON = "pytorch", "jax_flax", "mxnet_gluon"
MXNET_MODULE = "mxnet_module"

FAULTS = {
    "momentum off": (
        r"losses\[2\] is off .* agree.* without momentum .*momentum",
        {
            PYTORCH: [(", momentum=MOMENTUM", "")],
            JAX_FLAX: [(", momentum=MOMENTUM, nesterov=False", "")],
            MXNET_GLUON: [(', "momentum": MOMENTUM', "")],
            MXNET_MODULE: [(', "momentum": MOMENTUM', "")],
        },
    ),
    "Nesterov": (
        r"first weight change is 1\.9 = 1 \+ momentum .*gradients agree.*Nesterov",
        {
            PYTORCH: [("momentum=MOMENTUM", "momentum=MOMENTUM, nesterov=True")],
            JAX_FLAX: [("nesterov=False", "nesterov=True")],
            MXNET_GLUON: [('"sgd", sgd)', '"nag", sgd)')],
        },
    ),
    "weight decay 5e-4": (
        r"gradients agree: .*weight decay of 0\.0005\.",
        {
            PYTORCH: [("momentum=MOMENTUM", "momentum=MOMENTUM, weight_decay=5e-4")],
            JAX_FLAX: [
                (
                    "optax.sgd(LEARNING_RATE, momentum=MOMENTUM, nesterov=False)",
                    "optax.sgd(LEARNING_RATE, MOMENTUM); "
                    "sgd = optax.chain(optax.add_decayed_weights(5e-4), sgd)",
                )
            ],
            MXNET_GLUON: [('"momentum": MOMENTUM', '"momentum": MOMENTUM, "wd": 5e-4')],
        },
    ),
    "dropout left on": (
        r"(logits|losses\[0\]) (are|is) off .*Look at dropout",
        {
            PYTORCH: [
                ("memory_format=torch.channels_last).eval()", "memory_format=torch.channels_last)")
            ],
            JAX_FLAX: [("twin.eval()", "twin.train()")],
            MXNET_GLUON: [("CNN(dropout=(0, 0, 0))", "CNN()")],
            MXNET_MODULE: [(", dropout=(0, 0, 0)", "")],
        },
    ),
    "softmax twice, in the loss": (
        r"losses\[0\] is off .*logits agree.* softmax applied twice",
        {
            PYTORCH: [
                ("F.cross_entropy(model(images),", "F.cross_entropy(model(images).softmax(1),")
            ],
            JAX_FLAX: [
                ("cross_entropy(model(images),", "cross_entropy(nnx.softmax(model(images)),")
            ],
            MXNET_GLUON: [
                ("cross_entropy(model(images),", "cross_entropy(model(images).softmax(),")
            ],
        },
    ),
    "softmax twice, in the model": (
        r"logits are off .*They are probabilities: the softmax",
        {
            PYTORCH: [("return self.dense2(x)", "return self.dense2(x).softmax(1)")],
            JAX_FLAX: [("return self.dense2(x)", "return nnx.softmax(self.dense2(x))")],
            MXNET_GLUON: [("return self.dense2(x)", "return F.softmax(self.dense2(x))")],
        },
    ),
    "channels reversed, in the data": (
        r"images are off .*Red and blue are exchanged",
        {
            PYTORCH: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES, ::-1].copy()")],
            JAX_FLAX: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES, ..., ::-1]")],
            MXNET_GLUON: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES, ::-1]")],
        },
    ),
    "channels reversed, in the model": (
        r"logits are off .*red and blue exchanged",
        {
            PYTORCH: [("F.relu(self.conv1(x))", "F.relu(self.conv1(x.flip(1)))")],
            JAX_FLAX: [("nnx.relu(self.conv1(x))", "nnx.relu(self.conv1(x[..., ::-1]))")],
            MXNET_GLUON: [("F.relu(self.conv1(x))", "F.relu(self.conv1(F.flip(x, axis=1)))")],
        },
    ),
    "flatten in the wrong order": (
        r"logits are off .*flattened in the wrong order: as height, width, channel",
        {
            PYTORCH: [("x.flatten(1)", "x.permute(0, 2, 3, 1).flatten(1)")],
            JAX_FLAX: [
                ("w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)", "w"),
                ("w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)", "w"),
            ],
            MXNET_GLUON: [("self.dense1(x)", "self.dense1(F.transpose(x, axes=(0, 2, 3, 1)))")],
            MXNET_MODULE: [
                ("x, num_hidden=512", "sym.transpose(x, axes=(0, 2, 3, 1)), num_hidden=512")
            ],
        },
    ),
    "flatten channels first for channels last": (
        r"logits are off .*flattened in the wrong order: as channel, height, width",
        {JAX_FLAX: [("x.reshape(len(x), -1)", "x.transpose(0, 3, 1, 2).reshape(len(x), -1)")]},
    ),
    "image scaled by 1/256, in the data": (
        r"images are off .*scaled by 255/256",
        {
            PYTORCH: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES] * 255 / 256")],
            JAX_FLAX: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES] * 255 / 256")],
            MXNET_GLUON: [("x_train[:TRAIN_IMAGES]", "x_train[:TRAIN_IMAGES] * 255 / 256")],
        },
    ),
    "image scaled by 1/256, in the model": (
        r"logits are off .*scaled by 255/256",
        {
            PYTORCH: [("F.relu(self.conv1(x))", "F.relu(self.conv1(x * 255 / 256))")],
            JAX_FLAX: [("nnx.relu(self.conv1(x))", "nnx.relu(self.conv1(x * 255 / 256))")],
            MXNET_GLUON: [("F.relu(self.conv1(x))", "F.relu(self.conv1(x * 255 / 256))")],
        },
    ),
    "default initializer": (
        r"initializer is not Glorot-uniform: .*(PyTorch|Flax|MXNet)'s",
        {
            PYTORCH: [
                ("nn.init.xavier_uniform_(layer.weight)", "pass"),
                ("nn.init.zeros_(layer.bias)", "pass"),
            ],
            JAX_FLAX: [('"kernel_init": nnx.initializers.glorot_uniform(), ', "")],
            MXNET_GLUON: [("self.initialize(mx.init.Xavier(), ctx", "self.initialize(ctx")],
        },
    ),
    "one zeroed gradient": (
        r"gradient of (conv3|dense2)\.weight is zero while logits agree",
        {
            PYTORCH: [("loss.backward()", "loss.backward(); model.conv3.weight.grad.zero_()")],
            JAX_FLAX: [
                (
                    "return self.dense2(x)",
                    "x = x @ jax.lax.stop_gradient(self.dense2.kernel[...]); "
                    "return x + self.dense2.bias[...]",
                )
            ],
            MXNET_GLUON: [
                ("losses.backward()", "losses.backward(); model.conv3.weight.grad()[:] = 0")
            ],
        },
    ),
    "loss summed": (
        r"losses\[0\] is off .* 64 times too large: summed",
        {
            PYTORCH: [("model(images), labels)", 'model(images), labels, reduction="sum")')],
            JAX_FLAX: [("model(images), labels).mean()", "model(images), labels).sum()")],
        },
    ),
    "gradients of the sum": (
        r"gradients are 8 times .*summed over the batch",
        {MXNET_GLUON: [("p.grad().asnumpy() / len(batch[0])", "p.grad().asnumpy()")]},
    ),
    "learning rate": (
        r"learning rate of 0\.02 instead of 0\.01",
        {
            PYTORCH: [("lr=LEARNING_RATE", "lr=2 * LEARNING_RATE")],
            JAX_FLAX: [("optax.sgd(LEARNING_RATE", "optax.sgd(2 * LEARNING_RATE")],
            MXNET_GLUON: [('"learning_rate": LEARNING_RATE', '"learning_rate": 2 * LEARNING_RATE')],
        },
    ),
    "dampening": (
        r"losses\[2\] is off .*dampened momentum",
        {PYTORCH: [("momentum=MOMENTUM", "momentum=MOMENTUM, dampening=MOMENTUM")]},
    ),
}
for fault, where in (*planted_cntk.FAULTS.items(), *planted_keras.FAULTS.items()):
    FAULTS[fault][1].update(where)
