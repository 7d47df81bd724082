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

# Of a run: what a loss is known by at the step where it parts
RUN = {
    "not_shuffled": "That is the loss of batches in the order of the data. Look at the shuffling.",
    "labels_not_shuffled": "That is the loss of shuffled inputs with labels that are not. Look at "
    "how labels are drawn: with the same order.",
    "images_not_shuffled": "That is the loss of shuffled labels with inputs that are not. Look at "
    "how inputs are drawn: with the same order.",
    "labels_off_by_one": "That is the loss of labels that are off by one. Look at the labels.",
    "test_set": "That is the loss of the test set. Look at what the loop is fed.",
    "summed": "That is the sum over the batch. Look for the mean.",
    "seed_not_advanced": "The second epoch begins with the first one's batch. Look at the seed: it "
    "is SEED + epoch.",
    "not_shuffled_again": "The second epoch begins in the order of the data. Look at "
    "the shuffling.",
    "weights_anew": "The second epoch begins with the weights of the first. Look at what is made "
    "anew in each epoch: the model must not be.",
    "optimizer_anew": "That is what an optimizer gives that forgets what it has kept. Look at "
    "where the optimizer is made: once, before all epochs; and at momentum.",
    "no_step": "The weights did not move in the step before. Look for gradients that are "
    "accumulated, and for batches that are left out.",
    "steps_twice": "That is what two steps on each batch give. Look at the loop.",
    "nesterov": "That is what Nesterov's momentum gives. Look at the loop's optimizer.",
    "adam": "That is what Adam gives. Look at the loop's optimizer.",
    "sgd": "That is what plain gradient descent gives. Look at the loop's optimizer.",
    "sgd_0.01": "That is what plain gradient descent with a rate of 0.01 gives. Look at the loop's "
    "optimizer.",
    "clipped_to_norm_1": "That is what gradients clipped to a norm of 1 give. Look for clipping.",
}
INPUTS = {
    "height_and_width_exchanged": "That is what images with height and width exchanged give. Look "
    "at the layout.",
    "channels_reversed": "That is what images with red and blue exchanged give. Look at the order "
    "of the channels.",
    "mean_taken_off": "That is what images without their mean give. Look at normalization: pixels "
    "are from 0 to 1.",
    "standardized": "That is what standardized images give. Look at normalization: pixels are from "
    "0 to 1.",
    "from_minus_one_to_one": "That is what pixels from -1 to 1 give. Look at how they are scaled.",
    "scaled_by_1/255": "That is what pixels give that were divided by 255 once more.",
    "scaled_by_255": "That is what pixels up to 255 give. Look at how they are scaled.",
    "scaled_by_255/256": "That is what pixels divided by 256 give. Look at how they are scaled.",
    "flipped": "That is what mirrored images give. Look for augmentation.",
    "read_backwards": "That is what reviews read from the end give. Look at the order of time.",
    "padded_behind": "That is what reviews padded at the end give. Look at the zeros.",
    "last_100_words": "That is what the last 100 words give. Look at the length.",
    "first_100_words": "That is what the first 100 words give. Look at the length.",
    "words_off_by_one": "That is what words with a number too low give. Look at the vocabulary.",
}
ACCURACIES = {
    "first_batch_only": "that of the first batch alone",
    "last_batch_only": "that of the last batch alone",
    "smallest_logit": "what the smallest logit gives",
    "among_the_first_two": "how often the label is among the first two",
    "training_set": "that of the training set",
    "untrained": "that of the weights before training",
    "one_class_off": "what classes counted from one give",
}
