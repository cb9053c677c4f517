"""Evaluates losses the way other tools do, and says how long it took.

    python loss_peers.py --threads N

Stays alive and answers each line of JSON on its standard input with one on its standard output, so that its
tools can take turns with others. What is asked for stands in `do`:

    prepare  peer, loss, smoothing, prediction, target, distance, shape: makes a tool ready, which may take
             long. Files hold float32, but labels bytes. Answers {}, or `absent` with the reason.
    run      peer, loss: evaluates often enough to be timed. Answers CPU and wall seconds of one evaluation.
    check    peer, loss, result: evaluates, writes the array as float32 to the file `result`. Answers `value`.
    forget   lets go of all that was prepared.
"""
import argparse
import json
import os
import sys
import time

ALPHA, BETA, GAMMA = 0.3, 0.7, 0.75
REGION_LOSSES = ("dice", "squared-dice", "tversky", "focal-tversky")
# Of one timing, and no more evaluations than this.
SECONDS, MOST = 0.03, 2000


def region_loss(loss, smoothing):
    """A loss of probabilities, in operators that every library of arrays has."""

    def dice(p, t):
        return 1 - (2 * (p * t).sum() + smoothing) / (p.sum() + t.sum() + smoothing)

    def squared_dice(p, t):
        return 1 - (2 * (p * t).sum() + smoothing) / ((p * p).sum() + (t * t).sum() + smoothing)

    def tversky(p, t):
        both = (p * t).sum()
        errors = ALPHA * (p * (1 - t)).sum() + BETA * ((1 - p) * t).sum()
        return 1 - (both + smoothing) / (both + errors + smoothing)

    def focal_tversky(p, t):
        return tversky(p, t) ** GAMMA

    return dict(zip(REGION_LOSSES, (dice, squared_dice, tversky, focal_tversky)))[loss]


def read(request):
    """Prediction and target as NumPy has them, in the request's shape; labels have no classes."""
    import numpy as np

    shape = request["shape"]
    p = np.fromfile(request["prediction"], np.float32).reshape(shape)
    if request["loss"] in REGION_LOSSES:
        return p, np.fromfile(request["target"], np.float32).reshape(shape)
    return p, np.fromfile(request["target"], np.uint8).reshape(shape[:1] + shape[2:])


def numpy_reused(request):
    """Sums by NumPy, and the derivative written out by hand into memory that is used again."""
    import numpy as np

    (p, t), loss, smoothing = read(request), request["loss"], request["smoothing"]
    gradient, room = np.empty_like(p), np.empty_like(p)

    def squared_dice():
        numerator = 2 * float(np.dot(p, t)) + smoothing
        denominator = float(np.dot(p, p)) + float(np.dot(t, t)) + smoothing
        np.multiply(t, np.float32(-2 / denominator), out=gradient)
        np.multiply(p, np.float32(2 * numerator / denominator**2), out=room)
        np.add(gradient, room, out=gradient)
        return 1 - numerator / denominator, gradient

    def linear():
        both, predicted, wanted = float(np.dot(p, t)), float(p.sum()), float(t.sum())
        if loss == "dice":
            numerator, denominator = 2 * both + smoothing, predicted + wanted + smoothing
            slope, start = -2 / denominator, numerator / denominator**2
        else:
            numerator = both + smoothing
            denominator = numerator + ALPHA * (predicted - both) + BETA * (wanted - both)
            slope = numerator * (1 - ALPHA - BETA) / denominator**2 - 1 / denominator
            start = numerator * ALPHA / denominator**2
        value = 1 - numerator / denominator
        if loss == "focal-tversky":
            factor = GAMMA * value ** (GAMMA - 1)
            value, slope, start = value**GAMMA, slope * factor, start * factor
        np.multiply(t, np.float32(slope), out=gradient)
        np.add(gradient, np.float32(start), out=gradient)
        return value, gradient

    return squared_dice if loss == "squared-dice" else linear


def with_torch(function, p, *others):
    """Value and gradient of a function of tensors by the tape."""
    import torch

    p = torch.tensor(p, requires_grad=True)

    def call():
        p.grad = None
        value = function(p, *others)
        value.backward()
        return value.item(), p.grad

    return call


def torch_eager(request, compiled=False):
    import torch

    torch.set_num_threads(request["threads"])
    (p, t), smoothing = read(request), request["smoothing"]
    if request["loss"] in REGION_LOSSES:
        function, others = region_loss(request["loss"], smoothing), (torch.tensor(t),)
    else:
        function, others = torch_softmax(t, p.shape[1], smoothing, request["loss"] == "softmax-dice+ce")
    if compiled:
        torch._dynamo.reset()
        function = torch.compile(function)
    return with_torch(function, p, *others)


def torch_softmax(labels, classes, smoothing, with_cross_entropy):
    import torch

    index = torch.tensor(labels).long()
    hot = torch.nn.functional.one_hot(index, classes).movedim(-1, 1).float().contiguous()
    space = tuple(range(2, hot.ndim))

    def function(x, index, hot):
        p = torch.softmax(x, 1)
        both, sums = (p * hot).sum(space), p.sum(space) + hot.sum(space)
        value = (1 - (2 * both + smoothing) / (sums + smoothing)).mean()
        return value + torch.nn.functional.cross_entropy(x, index) if with_cross_entropy else value

    return function, (index, hot)


def torch_compiled(request):
    return torch_eager(request, compiled=True)


def monai_loss(request):
    import torch
    from monai.losses import DiceLoss, TverskyLoss

    torch.set_num_threads(request["threads"])
    (p, t), loss, smooth = read(request), request["loss"], request["smoothing"]
    if loss == "softmax-dice+ce":
        from monai.losses import DiceCELoss

        module = DiceCELoss(to_onehot_y=True, softmax=True, smooth_nr=smooth, smooth_dr=smooth)
        return with_torch(module, p, torch.tensor(t[:, None]).long())
    if "tversky" in loss:
        module = TverskyLoss(alpha=ALPHA, beta=BETA, smooth_nr=smooth, smooth_dr=smooth)
    else:
        module = DiceLoss(smooth_nr=smooth, smooth_dr=smooth, squared_pred=loss == "squared-dice")
    power = GAMMA if loss == "focal-tversky" else 1
    function = (lambda x, y: module(x, y) ** power) if power != 1 else module
    return with_torch(function, p[None, None], torch.tensor(t[None, None]))


def jax_compiled(request):
    import jax
    import jax.numpy as jnp

    (p, t), smoothing = read(request), request["smoothing"]
    if request["loss"] in REGION_LOSSES:
        function = region_loss(request["loss"], smoothing)
    else:
        space = tuple(range(2, p.ndim))

        def function(x, labels):
            probabilities = jax.nn.softmax(x, 1)
            hot = jax.nn.one_hot(labels, x.shape[1], axis=1, dtype=x.dtype)
            both = (probabilities * hot).sum(space)
            sums = probabilities.sum(space) + hot.sum(space)
            value = (1 - (2 * both + smoothing) / (sums + smoothing)).mean()
            if request["loss"] == "softmax-dice+ce":
                value -= (jax.nn.log_softmax(x, 1) * hot).sum(1).mean()
            return value

    p, t = jnp.asarray(p), jnp.asarray(t)
    both = jax.jit(jax.value_and_grad(function))

    def call():
        value, gradient = both(p, t)
        gradient.block_until_ready()
        return float(value), gradient

    return call


def jax_formula(request):
    """A loss of `loss_formulas`, of probabilities with classes."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from loss_formulas import FORMULAS

    formula = FORMULAS.get(request["loss"])
    if formula is None:
        raise NotImplementedError("there is no formula of it")
    p, t, d = (
        jnp.asarray(np.fromfile(request[name], np.float32).reshape(request["shape"]))
        for name in ("prediction", "target", "distance")
    )
    both = jax.jit(jax.value_and_grad(formula))

    def call():
        value, gradient = both(p, t, d)
        gradient.block_until_ready()
        return float(value), gradient

    return call


def jax_hessian(request):
    """The diagonal of the whole Hessian."""
    import jax
    import jax.numpy as jnp

    p, t = (jnp.asarray(array) for array in read(request))
    function = region_loss(request["loss"], request["smoothing"])
    diagonal = jax.jit(lambda x: jnp.diagonal(jax.hessian(lambda y: function(y, t))(x)))
    return lambda: (float("nan"), diagonal(p).block_until_ready())


PEERS = {
    "jax": jax_compiled,
    "numpy": numpy_reused,
    "torch": torch_eager,
    "torch-compile": torch_compiled,
    "monai": monai_loss,
    "jax-hessian": jax_hessian,
    "jax-formula": jax_formula,
}


def prepare(prepared, request, threads):
    call = PEERS[request["peer"]]({**request, "threads": threads})
    # The first evaluations pay for compilation, lazy imports and first allocations.
    call()
    call()
    start = time.perf_counter()
    call()
    took = time.perf_counter() - start
    prepared[request["peer"], request["loss"]] = call, max(1, min(MOST, int(SECONDS / max(took, 1e-7))))
    return {}


def run(prepared, request):
    call, times = prepared[request["peer"], request["loss"]]
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        call()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu / times, "wall": wall / times}


def check(prepared, request):
    import numpy as np

    value, array = prepared[request["peer"], request["loss"]][0]()
    np.asarray(array, np.float32).tofile(request["result"])
    return {} if value != value else {"value": value}


def answer(prepared, request, threads):
    try:
        if request["do"] == "prepare":
            return prepare(prepared, request, threads)
        if request["do"] == "run":
            return run(prepared, request)
        if request["do"] == "check":
            return check(prepared, request)
        prepared.clear()
        return {}
    except ImportError as error:
        return {"absent": str(error)}
    except Exception as error:
        # One tool that fails must not cost the times of the others.
        return {"absent": f"{type(error).__name__}: {error}"[:300]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    # Read by the numeric libraries as they are imported.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
        os.environ[name] = str(threads)
    # Whatever a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    prepared = {}
    for line in sys.stdin:
        print(json.dumps(answer(prepared, json.loads(line), threads)), file=answers, flush=True)


if __name__ == "__main__":
    main()
