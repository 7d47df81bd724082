# %% [markdown]
# # GRU on IMDB in Julia with Knet

# %% setup [markdown]
# Knet computes on a GPU where CUDA.jl finds one: `Knet.atype` converts to its
# kind of array. Data come from Python through PythonCall, which takes the
# interpreter that `JULIA_PYTHONCALL_EXE` names.

# %%
using CUDA, JSON, Knet, Printf, PythonCall, Statistics

datasets = pyimport("rosetta.datasets")

device = CUDA.functional() ? "cuda" : "cpu"
println("Knet in Julia ", VERSION, " on ", device)

# %% hyperparameters tags=["parameters"]
EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8
VOCABULARY = 30_000
LENGTH = 150
SEED = 0
TRAIN_REVIEWS = 25_000
TEST_REVIEWS = 25_000

# %% data [markdown]
# Tokens stay on the host, a row for each review: they pick columns of the
# embedding. Columns count from 1, and so do classes: all tokens move up by one,
# padding to 1.

# %%
(x_train, y_train), (x_test, y_test) = datasets.imdb(VOCABULARY, LENGTH)
x_train, y_train = (a[pyslice(TRAIN_REVIEWS)] for a in (x_train, y_train))
x_test, y_test = (a[pyslice(TEST_REVIEWS)] for a in (x_test, y_test))
println(x_train.shape, " ", x_train.dtype)

to_julia(array) = Array(PyArray(array))

to_indices(reviews, labels) = (to_julia(reviews) .+ 1, to_julia(labels) .+ 1);

# %% model [markdown]
# `RNN` with `rnnType = :gru` is cuDNN's recurrence, on a CPU too. It wants
# (feature, review, time), which the embedding yields. All its weights are one
# parameter; `winit` draws a gate's matrix, (in, out), so Glorot's bound over
# three gates is written out. Without `h`, each batch starts from zeros.

# %%
struct GRU; embedding; gru; weight; bias; end

uniform(bound, d...) = bound .* (2 .* rand(d...) .- 1)
three_gates(type, d) = uniform(sqrt(6 / (d[1] + 3 * d[2])), type, d)

GRU() = GRU(
    param(125, VOCABULARY; init = (d...) -> uniform(0.05, d...)),
    RNN(125, 100; rnnType = :gru, winit = three_gates, binit = zeros),
    param(2, 100; init = xavier_uniform),
    param0(2),
)

function (m::GRU)(reviews)
    outputs = m.gru(m.embedding[:, reviews])  # 100 x reviews x time
    m.weight * outputs[:, :, end] .+ m.bias  # logits: the loss has the softmax
end

Knet.seed!(SEED)
model = GRU()
println(sum(length ∘ value, params(model)), " parameters")

# %% optimizer [markdown]
# Knet's `Adam` adds epsilon after both moments are corrected, as this workload
# does. It keeps the moments of one parameter, so each has an optimizer of its
# own. `@diff` records what is computed; `grad` asks the record.

# %%
function set_optimizer!(model)
    for p in params(model)
        p.opt = Adam(;
            lr = LEARNING_RATE, beta1 = BETA_1, beta2 = BETA_2, eps = EPSILON,
        )
    end
end

function train_step!(model, reviews, labels)
    loss = @diff nll(model(reviews), labels)
    for p in params(model)
        update!(p, grad(loss, p))
    end
    value(loss)
end

set_optimizer!(model)

# %% train [markdown]
# Summing the loss to a number waits for a GPU, updating the weights does not: a
# clock is read after `CUDA.synchronize`. The embedding's gradient comes sparse,
# but `update!` fills it up: every row's moments decay.

# %%
wait_for_device() = device == "cuda" && CUDA.synchronize()

function train_epoch!(model, epoch)
    marks, losses, loss = [time()], Float64[], NaN
    seed = SEED + epoch - 1
    batches = datasets.minibatches(x_train, y_train, BATCH_SIZE, seed)
    for (step, (reviews, labels)) in enumerate(batches)
        loss = train_step!(model, to_indices(reviews, labels)...)
        if step % 20 == 0
            wait_for_device()
            push!(losses, loss)
            push!(marks, time())
        end
    end
    wait_for_device()
    seconds = time() - marks[1]
    @printf("epoch %2d  loss %.3f  %.2f s\n", epoch, loss, seconds)
    (; seconds, step_seconds = diff(marks) ./ 20, losses)
end

epochs = [train_epoch!(model, epoch) for epoch in 1:EPOCHS];

# %% predict [markdown]
# Outside `@diff` nothing is recorded.

# %%
function predict(model, reviews)
    logits = Array(model(to_julia(reviews) .+ 1))
    [argmax(column) - 1 for column in eachcol(logits)]
end

starts = 0:100:(TEST_REVIEWS - 1)
predicted = [predict(model, x_test[pyslice(i, i + 100)]) for i in starts]
predicted = reduce(vcat, predicted);

# %% evaluate
test_accuracy = mean(predicted .== to_julia(y_test))
@printf("test accuracy %.4f\n", test_accuracy)

# %% parity [markdown]
# In Knet's parameter, as in cuDNN, lie both stacks of matrices, then both bias
# vectors, gates in the reference's order. Each matrix is (in, out), and so is
# the embedding, a column for each word; the dense layer is as in PyTorch.

# %%
ref = datasets.reference("gru")
named = ref["weights"].items()
weights = Dict(pyconvert(String, name) => to_julia(w) for (name, w) in named)
stacked = ["gru.weight_ih", "gru.weight_hh", "gru.bias_ih", "gru.bias_hh"]

turned(w) = ndims(w) == 2 ? permutedims(w) : w;

# %%
# What `f` says of each parameter, in the reference's layout.
function arrays(f, m)
    found = Dict(
        "embedding.weight" => permutedims(Array(f(m.embedding))),
        "dense.weight" => Array(f(m.weight)),
        "dense.bias" => Array(f(m.bias)),
    )
    gru = vec(Array(f(m.gru.w)))
    for name in stacked
        w = weights[name]
        part, gru = gru[1:length(w)], gru[(length(w) + 1):end]
        found[name] = turned(reshape(part, reverse(size(w))))
    end
    found
end

function fingerprint(arrays)
    found = datasets.fingerprint(pydict(arrays))
    JSON.parse(pyconvert(String, pyimport("json").dumps(found)))
end;

# %%
twin = GRU()
initial = fingerprint(arrays(value, twin))

gru = reduce(vcat, [vec(turned(weights[name])) for name in stacked])
copyto!(value(twin.embedding), permutedims(weights["embedding.weight"]))
copyto!(value(twin.gru.w), gru)
copyto!(value(twin.weight), weights["dense.weight"])
copyto!(value(twin.bias), weights["dense.bias"])
set_optimizer!(twin)

batches = zip(ref["reviews"], ref["labels"])
batches = [to_indices(batch...) for batch in batches]
logits = Array(twin(batches[1][1]));

# %% [markdown]
# A training step a batch. A record of the first gives its gradients; `full`
# fills up the embedding's.

# %%
function change()
    now = arrays(value, twin)
    fingerprint(Dict(name => now[name] - w for (name, w) in weights))
end

loss = @diff nll(twin(batches[1][1]), batches[1][2])
gradients = fingerprint(arrays(p -> Knet.AutoGrad.full(grad(loss, p)), twin))

losses = [train_step!(twin, batches[1]...)]
changes = [change()]
append!(losses, [train_step!(twin, batch...) for batch in batches[2:end]])
push!(changes, change());

# %% results
reviews = to_julia(x_train[pyslice(1000)])

# %%
Dict(
    "device" => device,
    "epoch_seconds" => [epoch.seconds for epoch in epochs],
    "step_seconds" => reduce(vcat, [epoch.step_seconds for epoch in epochs]),
    "train_losses" => reduce(vcat, [epoch.losses for epoch in epochs]),
    "test_accuracy" => test_accuracy,
    "reviews" => Dict(
        "largest" => maximum(reviews),
        "first_mean" => mean(reviews[:, 1]),
        "last_mean" => mean(reviews[:, end]),
    ),
    "recurrence" => Dict(
        "layer" => "RNN",
        "reset" => "after the product",
        "gates" => "reset, update, new",
        "biases" => "two",
    ),
    "parity" => Dict(
        "initial" => initial,
        "logits" => collect(eachcol(logits)),
        "gradients" => gradients,
        "losses" => losses,
        "changes" => changes,
    ),
)
