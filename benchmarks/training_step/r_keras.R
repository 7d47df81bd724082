# Variants of the training step in R Keras: what is converted, and how Keras runs.
#
# Run by training_step.py with the number of turns and of training steps in a turn.

arguments <- as.integer(commandArgs(trailingOnly = TRUE))
program <- sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))
root <- dirname(dirname(dirname(normalizePath(program))))
lines <- readLines(file.path(root, "scripts", "cnn", "r_keras_cnn.R"))
before_training <- parse(text = lines[seq_len(grep("^# %% train", lines) - 1)])
invisible(capture.output(for (part in before_training) eval(part)))

# Return the script's training step with other options of `compile`.
variant <- function(..., convert = identity) {
  model <- compiled(build_model())
  model$compile(optimizer = model$optimizer, loss = model$loss, ...)
  function(batch) train_step(model, convert(batch[0]), convert(batch[1]))
}

variants <- list(
  "the script" = variant(),
  "images converted to arrays of R and back" = variant(convert = py_to_r),
  "jit_compile = TRUE" = variant(jit_compile = TRUE),
  "run_eagerly = TRUE" = variant(run_eagerly = TRUE)
)

# The first turn, which compiles, is not counted.
seconds <- sapply(variants, function(step) numeric(arguments[1]))
for (turn in 0:arguments[1]) {
  for (name in names(variants)) {
    batches <- datasets$minibatches(
      x_train[slice(6400L)], y_train[slice(6400L)], BATCH_SIZE, seed = turn
    )
    start <- proc.time()[["elapsed"]]
    for (number in seq_len(arguments[2])) variants[[name]](iter_next(batches))
    seconds[turn, name] <- (proc.time()[["elapsed"]] - start) / arguments[2]
  }
}
own <- min(seconds[, 1])
for (name in names(variants)) {
  found <- seconds[, name]
  cat(sprintf(
    "  %.4f s  %.2f x  %s  (median %.4f s)\n",
    min(found), min(found) / own, name, median(found)
  ))
}
