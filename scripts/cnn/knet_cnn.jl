# %% [markdown]
# # CNN on CIFAR-10 in Julia with Knet

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
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Julia's first axis is the one whose elements are neighbors, NumPy's the last:
# NumPy's transposed (image, channel, height, width) is Knet's (width, height,
# channel, image), in the same memory. Classes count from 1.

# %%
(x_train, y_train), (x_test, y_test) = datasets.cifar10(channels_first = true)
x_train, y_train = (a[pyslice(TRAIN_IMAGES)] for a in (x_train, y_train))
x_test, y_test = (a[pyslice(TEST_IMAGES)] for a in (x_test, y_test))
println(x_train.shape, " ", x_train.dtype)

to_julia(array) = Array(PyArray(array))

to_images(array) = Knet.atype(to_julia(array.T))
to_device(images, labels) = (to_images(images), to_julia(labels) .+ 1);

# %% model [markdown]
# A layer is a struct that can be called; `param` holds what is trained. `conv4`
# flips the kernel unless `mode` is 1. `mat` flattens all but the last axis.
# `dropout` is on inside `@diff` alone.

# %%
struct Conv; weight; bias; end
struct Dense; weight; bias; end
Conv(i::Int, o::Int) =
    Conv(param(3, 3, i, o; init = xavier_uniform), param0(1, 1, o, 1))
Dense(i::Int, o::Int) = Dense(param(o, i; init = xavier_uniform), param0(o))
(c::Conv)(x) = conv4(c.weight, x; padding = 1, mode = 1) .+ c.bias
(d::Dense)(x) = d.weight * mat(x) .+ d.bias

struct CNN
    conv1; conv2; conv3; conv4; dense1; dense2; rates
end

CNN(; rates = (0.25, 0.25, 0.5)) = CNN(
    Conv(3, 50), Conv(50, 50), Conv(50, 100), Conv(100, 100),
    Dense(8 * 8 * 100, 512), Dense(512, 10), rates,
)

function (m::CNN)(x)
    x = m.conv2(relu.(m.conv1(x)))
    x = dropout(relu.(pool(x)), m.rates[1])  # 16 x 16 x 50
    x = m.conv4(relu.(m.conv3(x)))
    x = dropout(relu.(pool(x)), m.rates[2])  # 8 x 8 x 100
    x = dropout(relu.(m.dense1(x)), m.rates[3])
    m.dense2(x)  # logits: the loss applies the softmax
end;

# %%
Knet.seed!(SEED)
model = CNN()
println(sum(length ∘ value, params(model)), " parameters")

# %% optimizer [markdown]
# `nll` takes logits, a column for each image, and class indices. A parameter
# has an optimizer of its own, which keeps its velocity. `@diff` records what is
# computed; `grad` asks the record.

# %%
function set_optimizer!(model)
    for p in params(model)
        p.opt = Momentum(; lr = LEARNING_RATE, gamma = MOMENTUM)
    end
end

function train_step!(model, images, labels)
    loss = @diff nll(model(images), labels)
    for p in params(model)
        update!(p, grad(loss, p))
    end
    value(loss)
end

set_optimizer!(model)

# %% train [markdown]
# Summing the loss to a number waits for a GPU, updating the weights does not: a
# clock is read after `CUDA.synchronize`. Julia compiles in the first training
# step.

# %%
wait_for_device() = device == "cuda" && CUDA.synchronize()

function train_epoch!(model, epoch)
    marks, losses, loss = [time()], Float64[], NaN
    seed = SEED + epoch - 1
    batches = datasets.minibatches(x_train, y_train, BATCH_SIZE, seed)
    for (step, (images, labels)) in enumerate(batches)
        loss = train_step!(model, to_device(images, labels)...)
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
# Outside `@diff` nothing is recorded and dropout is off.

# %%
function predict(model, images)
    logits = Array(model(to_images(images)))
    [argmax(column) - 1 for column in eachcol(logits)]
end

starts = 0:100:(TEST_IMAGES - 1)
predicted = [predict(model, x_test[pyslice(i, i + 100)]) for i in starts]
predicted = reduce(vcat, predicted);

# %% evaluate
test_accuracy = mean(predicted .== to_julia(y_test))
@printf("test accuracy %.4f\n", test_accuracy)

# %% parity [markdown]
# The axes of convolutions' kernels are reversed as those of images are; dense
# layers' weights keep theirs, and flattening follows the reference's order. The
# twin is built without dropout, because `@diff` switches it on.

# %%
ref = datasets.reference("cnn")
named = ref["weights"].items()
weights = Dict(pyconvert(String, name) => to_julia(w) for (name, w) in named)

reversed(w) = ndims(w) == 4 ? permutedims(w, (4, 3, 2, 1)) : w

function parameter(model, name)
    layer, kind = Symbol.(split(name, "."))
    getfield(getfield(model, layer), kind)
end

# What `f` says of each parameter, in the reference's layout.
function arrays(f, model)
    array(name) = reversed(Array(f(parameter(model, name))))
    Dict(name => reshape(array(name), size(w)) for (name, w) in weights)
end

function fingerprint(arrays)
    found = datasets.fingerprint(pydict(arrays))
    JSON.parse(pyconvert(String, pyimport("json").dumps(found)))
end;

# %%
function load_reference!(model)
    for (name, w) in weights
        copyto!(value(parameter(model, name)), reversed(w))
    end
    set_optimizer!(model)  # without velocity
end

twin = CNN(; rates = (0, 0, 0))
initial = fingerprint(arrays(value, twin))

load_reference!(twin)
batch = to_device(ref["images"], ref["labels"])
logits = Array(twin(batch[1]))
losses = [train_step!(twin, batch...) for _ in 1:3];

# %%
function change_after(steps)
    foreach(_ -> train_step!(twin, batch...), 1:steps)
    now = arrays(value, twin)
    fingerprint(Dict(name => now[name] - w for (name, w) in weights))
end

load_reference!(twin)
batch = to_device(ref["margin_images"], ref["margin_labels"])
loss = @diff nll(twin(batch[1]), batch[2])
gradients = fingerprint(arrays(p -> grad(loss, p), twin))
changes = [change_after(1), change_after(2)];  # two more

# %% results
images = to_images(x_train[pyslice(1000)])
means = vec(Array(mean(images; dims = (1, 2, 4))))
Dict(
    "device" => device,
    "epoch_seconds" => [epoch.seconds for epoch in epochs],
    "step_seconds" => reduce(vcat, [epoch.step_seconds for epoch in epochs]),
    "train_losses" => reduce(vcat, [epoch.losses for epoch in epochs]),
    "test_accuracy" => test_accuracy,
    "images" => Dict("largest" => maximum(images), "channel_means" => means),
    "parity" => Dict(
        "initial" => initial,
        "logits" => collect(eachcol(logits)),
        "gradients" => gradients,
        "losses" => losses,
        "changes" => changes,
    ),
)
