"""Say in words what known mistakes are, by the names that the references give them.

What each of them gives instead of the right values is computed by the programs in reference/.
"""

import math

LOGITS = {
    "channels_reversed": "They are those of images with red and blue exchanged. Look at the order "
    "of the channels: it must stay red, green, blue.",
    "flattened_channels_last": "They are those of features flattened in the wrong order: as "
    "height, width, channel, for weights that expect channel, height, width. Look at what is "
    "flattened, or permute dense1.weight.",
    "flattened_channels_first": "They are those of features flattened in the wrong order: as "
    "channel, height, width, for weights permuted to height, width, channel. Look at what is "
    "flattened, and at how dense1.weight is permuted.",
    "divided_by_256": "They are those of images scaled by 255/256. Look at the division of the "
    "pixels: by 255, not by 256.",
    "kernels_rotated": "They are those of kernels turned by 180 degrees, a true convolution. Look "
    "at the framework's convolution: it must not flip, or the loaded kernels must be flipped.",
    "kernels_transposed": "They are those of kernels whose height and width are exchanged. Look at "
    "how convolutions are transposed when they are loaded.",
    "biases_missing": "They are those of a model whose biases are zero. Look at how biases are "
    "loaded.",
    "gates_exchanged": "They are those of a GRU whose reset and update gates are exchanged. Look "
    "at the order of the gates in the loaded weights: here it is reset, update, new.",
    "reset_before": "They are those of a GRU that applies the reset gate before the matrix "
    "product. Look at the layer's options: the workload's, cuDNN's, applies it to the product.",
    "update_inverted": "They are those of a GRU whose update gate is inverted. Look at what the "
    "update gate multiplies: here the old state, elsewhere the new one.",
    "hard_sigmoid": "They are those of a GRU whose gates are hard sigmoids. Look at the layer's "
    "recurrent activation.",
    "hidden_bias_missing": "They are those of a GRU without the second bias vector. Look at how "
    "gru.bias_hh is loaded: the workload's recurrence has two.",
    "input_bias_missing": "They are those of a GRU without the first bias vector. Look at how "
    "gru.bias_ih is loaded: the workload's recurrence has two.",
    "new_gate_bias_missing": "They are those of a GRU whose new gate lacks the bias inside the "
    "reset gate's product. Look at gru.bias_hh: its last third must not be dropped or merged.",
    "recurrent_transposed": "They are those of a GRU whose recurrent matrices are transposed. Look "
    "at how gru.weight_hh is loaded.",
    "dense_bias_missing": "They are those of a last layer without its bias. Look at dense.bias.",
    "read_backwards": "They are those of reviews read from the end. Look at the order of time.",
    "first_output": "They are computed from the first output instead of the last. Look at which "
    "end the last output is taken from.",
    "padded_behind": "They are those of reviews padded at the end. Look at where the zeros are.",
    "padding_masked": "They are those of a layer that skips padding. Look at masks: here a GRU "
    "reads its zeros.",
    "padding_zeroed": "They are those of an embedding whose row for padding is zero. Look at the "
    "embedding's padding index: here padding is a word like others.",
}
LOSSES = {
    "softmax_twice": "These are the losses of a softmax applied twice. Look at the loss: it must "
    "get logits, because it applies the softmax itself.",
    "momentum_off": "That is what training without momentum gives. Look at momentum: it first "
    "shows in the third loss.",
    "dampening": "That is what a dampened momentum gives. Look at dampening: the workload's rule "
    "is v = momentum * v + gradient, and it first shows in the third loss.",
    "nesterov": "That is what Nesterov's momentum gives. Look at the form of momentum: the "
    "workload's is the plain one.",
}
CHANGES = {
    "epsilon_1e-7": "That is Adam with an epsilon of 1e-7. Look at epsilon: the workload's is "
    "1e-8.",
    "epsilon_before": "That is Adam with epsilon added before the bias is corrected. Look at the "
    "place of epsilon: in the first step it counts 30 times there.",
    "epsilon_1e-7_before": "That is Adam with an epsilon of 1e-7, added before the bias is "
    "corrected. Look at epsilon, and at its place.",
    "uncorrected": "That is Adam without the correction of its moments. Look for an option that "
    "corrects the bias.",
    "lazy": "That is an Adam that leaves the rows of the embedding alone that have no gradient. "
    "Look for sparse gradients, or a lazy mode.",
    "squared_by_word": "That is an Adam that squares the parts of a row's gradient before it adds "
    "them up: of a word that a batch has several times. Look at the embedding's gradient: a sparse "
    "one must be made dense before the optimizer gets it.",
}

INITIALIZERS = {
    "Kaiming-uniform with a = sqrt(5), PyTorch's default": lambda i, o: math.sqrt(1 / (3 * i)),
    "LeCun-normal, Flax's and Chainer's default": lambda i, o: math.sqrt(1 / i),
    "uniform in ±0.07, MXNet's default": lambda i, o: 0.07 / math.sqrt(3),
    "He-normal or He-uniform": lambda i, o: math.sqrt(2 / i),
    "a normal with deviation 0.01": lambda i, o: 0.01,
    "a normal with deviation 0.05": lambda i, o: 0.05,
    "uniform in ±0.05": lambda i, o: 0.05 / math.sqrt(3),
    "all zeros": lambda i, o: 0.0,
}
