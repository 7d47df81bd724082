# %% [markdown]
# # GRU on IMDB in R with Keras

# %% setup [markdown]
# R calls Keras in Python through `reticulate`, as its package `keras` does; the
# names below are Keras's own. `RETICULATE_PYTHON` names the Python. Without
# `convert`, reviews stay NumPy arrays, which Keras takes as they are.

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
EPOCHS <- 3L
BATCH_SIZE <- 64L
LEARNING_RATE <- 1e-3
BETA_1 <- 0.9
BETA_2 <- 0.999
EPSILON <- 1e-8
VOCABULARY <- 30000L
LENGTH <- 150L
SEED <- 0L
TRAIN_REVIEWS <- 25000L
TEST_REVIEWS <- 25000L

# %% data [markdown]
# Keras wants integer tokens and labels. An index counts from 0, as in Python.

# %%
data <- datasets$imdb(VOCABULARY, LENGTH)
x_train <- data[0][0][slice(TRAIN_REVIEWS)]
y_train <- data[0][1][slice(TRAIN_REVIEWS)]
x_test <- data[1][0][slice(TEST_REVIEWS)]
y_test <- data[1][1][slice(TEST_REVIEWS)]
cat(format(x_train$shape), format(x_train$dtype), "\n")

# %% model [markdown]
# With `reset_after`, its default, Keras's GRU is cuDNN's recurrence, with two
# bias vectors; it returns its last output. All initial weights here are
# defaults but the recurrent kernel's, which would be orthogonal. `100L` is an
# integer; `100` would reach Python as `100.0`.

# %%
build_model <- function() {
  glorot <- "glorot_uniform"
  uniform <- keras$initializers$RandomUniform(-0.05, 0.05)
  reviews <- layers$Input(list(LENGTH), dtype = "int32")
  logits <- reviews |>
    layers$Embedding(VOCABULARY, 125L, embeddings_initializer = uniform)() |>
    layers$GRU(
      100L, reset_after = TRUE, kernel_initializer = glorot,
      recurrent_initializer = glorot, bias_initializer = "zeros"
    )() |>
    layers$Dense(2L, kernel_initializer = glorot, bias_initializer = "zeros")()
  keras$Model(reviews, logits)
}

keras$utils$set_random_seed(SEED)
model <- build_model()
cat(format(model$count_params(), big.mark = ","), "parameters\n")

# %% optimizer [markdown]
# Keras's `Adam` adds epsilon before the second moment is corrected. A variable,
# set before each training step, shrinks it like that moment, as if added after.
# Plain `Adam(epsilon = 1e-8)` trains as well, but differs in the last digits.

# %%
compiled <- function(model) {
  loss <- keras$losses$SparseCategoricalCrossentropy(from_logits = TRUE)
  epsilon <- tf$Variable(EPSILON)
  adam <- keras$optimizers$Adam(LEARNING_RATE, BETA_1, BETA_2, epsilon)
  model$compile(optimizer = adam, loss = loss)
  model
}

train_step <- function(model, reviews, labels) {
  step <- model$optimizer$iterations$numpy() + 1
  model$optimizer$epsilon$assign(EPSILON * sqrt(1 - BETA_2^step))
  model$train_on_batch(reviews, labels)
}

model <- compiled(model)

# %% train [markdown]
# `iter_next` walks through a Python generator and ends with `NULL`.
# `train_on_batch` returns a number: the device has finished by then, so a clock
# can be read.

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
# `predict` cuts the batches itself, and returns a matrix of R, whose columns
# count from 1.

# %%
logits <- model$predict(x_test, batch_size = 100L, verbose = 0L)
predicted <- max.col(logits, ties.method = "first") - 1L

# %% evaluate
test_accuracy <- mean(predicted == py_to_r(y_test))
cat(sprintf("test accuracy %.4f\n", test_accuracy))

# %% parity [markdown]
# Kernels are (in, out), and their gates stand in the order update, reset, new.

# %%
ref <- datasets$reference("gru")
weights <- py_to_r(ref$weights)
gates <- c(101:200, 1:100, 201:300) # exchanges the first two gates

to_keras <- function(w) {
  biases <- rbind(w$gru.bias_ih[gates], w$gru.bias_hh[gates])
  list(
    w$embedding.weight, t(w$gru.weight_ih[gates, ]),
    t(w$gru.weight_hh[gates, ]), biases, t(w$dense.weight), w$dense.bias
  )
}

from_keras <- function(own) {
  list(
    embedding.weight = own[[1]],
    gru.weight_ih = t(own[[2]])[gates, ],
    gru.weight_hh = t(own[[3]])[gates, ],
    gru.bias_ih = own[[4]][1, gates],
    gru.bias_hh = own[[4]][2, gates],
    dense.weight = t(own[[5]]),
    dense.bias = own[[6]]
  )
}

fingerprint <- function(arrays) py_to_r(datasets$fingerprint(arrays))

# %%
twin <- build_model()
initial <- fingerprint(from_keras(twin$get_weights()))

twin$set_weights(to_keras(weights))
twin <- compiled(twin)
batches <- lapply(0:2, \(i) list(ref$reviews[i], ref$labels[i]))
logits <- twin$predict_on_batch(batches[[1]][[1]])

# %% [markdown]
# Gradients are asked of TensorFlow's tape; that of an embedding is sparse.

# %%
change <- function() {
  fingerprint(Map(`-`, from_keras(twin$get_weights()), weights))
}

with(tf$GradientTape() %as% tape, {
  loss <- twin$loss(batches[[1]][[2]], twin(batches[[1]][[1]]))
})
gradients <- tape$gradient(loss, twin$trainable_weights)
gradients <- lapply(gradients, \(g) tf$convert_to_tensor(g)$numpy())

step_on <- function(batch) train_step(twin, batch[[1]], batch[[2]])
losses <- step_on(batches[[1]])
changes <- list(change())
losses <- c(losses, sapply(batches[-1], step_on))
changes[[2]] <- change()
tokens <- tf$constant(x_train[slice(1000L)])$numpy()

# %% results [markdown]
# In R a number is a vector of one: `as.list` says that a list is meant.

# %%
list(
  device = device,
  epoch_seconds = as.list(epoch_seconds),
  step_seconds = as.list(step_seconds),
  train_losses = as.list(train_losses),
  test_accuracy = test_accuracy,
  reviews = list(
    largest = max(tokens),
    first_mean = mean(tokens[, 1]),
    last_mean = mean(tokens[, LENGTH])
  ),
  recurrence = list(
    layer = "layers$GRU",
    reset = "after the product, or before",
    gates = "update, reset, new",
    biases = "two, or one"
  ),
  parity = list(
    initial = initial,
    logits = logits,
    gradients = fingerprint(from_keras(gradients)),
    losses = losses,
    changes = changes
  )
)
