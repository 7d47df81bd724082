# %% [markdown]
# # CNN on CIFAR-10 in R with Keras

# %% setup [markdown]
# R calls Keras in Python through `reticulate`, as its package `keras` does; the
# names below are Keras's own. `RETICULATE_PYTHON` names the Python.
# `convert = FALSE` keeps images NumPy arrays: as arrays of R, which has no
# `float32`, they would take twice the memory.

# %%
library(reticulate)

tf <- import("tensorflow")
keras <- tf$keras
layers <- keras$layers
datasets <- import("rosetta.datasets", convert = FALSE)
slice <- import_builtins()$slice

tf$config$experimental$enable_tensor_float_32_execution(FALSE)
device <- if (length(tf$config$list_physical_devices("GPU"))) "cuda" else "cpu"
cat(R.version.string, "TensorFlow", tf$version$VERSION, "on", device, "\n")

# %% hyperparameters tags=["parameters"]
EPOCHS <- 10L
BATCH_SIZE <- 64L
LEARNING_RATE <- 0.01
MOMENTUM <- 0.9
SEED <- 0L
TRAIN_IMAGES <- 50000L
TEST_IMAGES <- 10000L

# %% data [markdown]
# Keras wants `float32`, channels last, and class indices for its sparse loss.
# Through `reticulate` an index counts from 0, as in Python.

# %%
data <- datasets$cifar10(channels_first = FALSE)
x_train <- data[0][0][slice(TRAIN_IMAGES)]
y_train <- data[0][1][slice(TRAIN_IMAGES)]
x_test <- data[1][0][slice(TEST_IMAGES)]
y_test <- data[1][1][slice(TEST_IMAGES)]
cat(format(x_train$shape), format(x_train$dtype), "\n")

# %% model [markdown]
# A Python layer is a function in R, so R's pipe calls one after the other.
# `50L` is an integer; `50` would reach Python as `50.0`. Keras starts from
# Glorot-uniform weights and zero biases unless told otherwise.

# %%
build_model <- function(dropout = c(0.25, 0.25, 0.5)) {
  glorot <- "glorot_uniform"
  init <- list(kernel_initializer = glorot, bias_initializer = "zeros")
  conv <- function(filters, ...) {
    do.call(layers$Conv2D, c(filters, 3L, padding = "same", ..., init))
  }
  dense <- function(units, ...) do.call(layers$Dense, c(units, ..., init))
  images <- layers$Input(c(32L, 32L, 3L))
  logits <- images |>
    conv(50L, activation = "relu")() |>
    conv(50L)() |>
    layers$MaxPooling2D(2L)() |> # 16 x 16 x 50
    layers$ReLU()() |>
    layers$Dropout(dropout[1])() |>
    conv(100L, activation = "relu")() |>
    conv(100L)() |>
    layers$MaxPooling2D(2L)() |> # 8 x 8 x 100
    layers$ReLU()() |>
    layers$Dropout(dropout[2])() |>
    layers$Flatten()() |>
    dense(512L, activation = "relu")() |>
    layers$Dropout(dropout[3])() |>
    dense(10L)() # logits: the loss applies the softmax
  keras$Model(images, logits)
}

# %%
keras$utils$set_random_seed(SEED)
model <- build_model()
cat(format(model$count_params(), big.mark = ","), "parameters\n")

# %% optimizer [markdown]
# `compile` makes the training step a graph of TensorFlow; with `jit_compile` it
# would be XLA's, which is slower on a CPU. `from_logits` is off by default.

# %%
compiled <- function(model) {
  loss <- keras$losses$SparseCategoricalCrossentropy(from_logits = TRUE)
  sgd <- keras$optimizers$SGD(LEARNING_RATE, MOMENTUM, nesterov = FALSE)
  model$compile(optimizer = sgd, loss = loss)
  model
}

train_step <- function(model, images, labels) {
  model$train_on_batch(images, labels)
}

model <- compiled(model)

# %% train [markdown]
# `iter_next` walks through a Python generator and ends with `NULL`.
# `train_on_batch` switches dropout on, and returns a number: the device has
# finished by then, so a clock can be read.

# %%
clock <- function() proc.time()[["elapsed"]]
epoch_seconds <- step_seconds <- train_losses <- c()
for (epoch in seq_len(EPOCHS)) {
  marks <- clock()
  seed <- SEED + epoch - 1L
  batches <- datasets$minibatches(x_train, y_train, BATCH_SIZE, seed = seed)
  step <- 0
  while (!is.null(batch <- iter_next(batches))) {
    loss <- train_step(model, batch[0], batch[1])
    step <- step + 1
    if (step %% 20 == 0) {
      train_losses <- c(train_losses, loss)
      marks <- c(marks, clock())
    }
  }
  seconds <- clock() - marks[1]
  epoch_seconds <- c(epoch_seconds, seconds)
  step_seconds <- c(step_seconds, diff(marks) / 20)
  cat(sprintf("epoch %2d  loss %.3f  %.2f s\n", epoch, loss, seconds))
}

# %% predict [markdown]
# `predict` cuts the batches itself, switches dropout off, and returns a matrix
# of R, whose columns count from 1.

# %%
logits <- model$predict(x_test, batch_size = 100L, verbose = 0L)
predicted <- max.col(logits, ties.method = "first") - 1L

# %% evaluate
test_accuracy <- mean(predicted == py_to_r(y_test))
cat(sprintf("test accuracy %.4f\n", test_accuracy))

# %% parity [markdown]
# Keras's weights are (height, width, in, out) and (in, out); the first dense
# layer's are permuted too, because it reads images flattened channels last.
# R fills arrays by columns, so `array_reshape` does what `dim<-` would not.

# %%
ref <- datasets$reference("cnn")
weights <- py_to_r(ref$weights)

to_keras <- function(name, w) {
  if (name == "dense1.weight") {
    w <- aperm(array_reshape(w, c(512, 100, 8, 8)), c(1, 3, 4, 2))
    w <- array_reshape(w, c(512, 6400))
  }
  if (length(dim(w)) == 4) aperm(w, c(3, 4, 2, 1)) else aperm(w)
}

from_keras <- function(name, w) {
  w <- if (length(dim(w)) == 4) aperm(w, c(4, 3, 1, 2)) else aperm(w)
  if (name == "dense1.weight") {
    w <- aperm(array_reshape(w, c(512, 8, 8, 100)), c(1, 4, 2, 3))
    w <- array_reshape(w, c(512, 6400))
  }
  w
}

canonical <- function(arrays) Map(from_keras, names(weights), arrays)

fingerprint <- function(arrays) py_to_r(datasets$fingerprint(arrays))

# %% [markdown]
# The twin is built without dropout, because `train_on_batch` switches it on.

# %%
load_reference <- function() {
  twin$set_weights(unname(Map(to_keras, names(weights), weights)))
  compiled(twin) # without velocity
}

twin <- build_model(dropout = c(0, 0, 0))
initial <- fingerprint(canonical(twin$get_weights()))

twin <- load_reference()
images <- ref$images$transpose(0L, 2L, 3L, 1L)
logits <- twin$predict_on_batch(images)
losses <- replicate(3, train_step(twin, images, ref$labels))

# %%
change_after <- function(steps) {
  for (step in seq_len(steps)) train_step(twin, images, labels)
  fingerprint(Map(`-`, canonical(twin$get_weights()), weights))
}

twin <- load_reference()
images <- ref$margin_images$transpose(0L, 2L, 3L, 1L)
labels <- ref$margin_labels
with(tf$GradientTape() %as% tape, {
  loss <- twin$loss(labels, twin(images, training = TRUE))
})
gradients <- tape$gradient(loss, twin$trainable_weights)
gradients <- fingerprint(canonical(lapply(gradients, \(g) g$numpy())))
changes <- list(change_after(1), change_after(2)) # two more

# %% results [markdown]
# In R a number is a vector of one: `as.list` says that a list is meant.

# %%
images <- tf$constant(x_train[slice(1000L)])$numpy()
list(
  device = device,
  epoch_seconds = as.list(epoch_seconds),
  step_seconds = as.list(step_seconds),
  train_losses = as.list(train_losses),
  test_accuracy = test_accuracy,
  images = list(largest = max(images), channel_means = apply(images, 4, mean)),
  parity = list(
    initial = initial,
    logits = logits,
    gradients = gradients,
    losses = losses,
    changes = changes
  )
)
