"""Losses in JAX, by the names that segkit has for them: arrays are batch, class, space; p a prediction, t a target, d distances.

Written as a user of JAX would write them, with operators that it fuses well.
"""
import jax.numpy as jnp

S = 1e-5


def space(x):
    return tuple(range(2, x.ndim))


def sums(p, t):
    return (p * t).sum(space(p)), p.sum(space(p)), t.sum(space(p))


def dice_of_classes(p, t):
    both, found, wanted = sums(p, t)
    return (2 * both + S) / (found + wanted + S)


def tversky_of_classes(p, t, alpha=0.3, beta=0.7, smooth=S):
    both, found, wanted = sums(p, t)
    return (both + smooth) / (both + alpha * (found - both) + beta * (wanted - both) + smooth)


def dice(p, t):
    return (1 - dice_of_classes(p, t)).mean()


def jaccard(p, t):
    both, found, wanted = sums(p, t)
    return (1 - (both + S) / (found + wanted - both + S)).mean()


def generalized_dice(p, t):
    both, found, wanted = sums(p, t)
    present = wanted > 0
    weight = jnp.where(present, 1 / jnp.where(present, wanted, 1) ** 2, 0)
    weight = jnp.where(present, weight, weight.max(1, keepdims=True))
    return (1 - (2 * (weight * both).sum(1) + S) / ((weight * (found + wanted)).sum(1) + S)).mean()


def wasserstein_dice(p, t):
    cost = (t * (1 - p)).sum(1)
    true = (t[:, 1:].sum(1) * (1 - cost)).sum(tuple(range(1, cost.ndim)))
    return (1 - (2 * true + S) / (2 * true + cost.sum(tuple(range(1, cost.ndim))) + S)).mean()


def sensitivity_specificity(p, t):
    error = (t - p) ** 2
    sensitivity = (error * t).sum(space(p)) / (t.sum(space(p)) + S)
    return (0.1 * sensitivity + 0.9 * (error * (1 - t)).sum(space(p)) / ((1 - t).sum(space(p)) + S)).mean()


def matthews(p, t):
    both, found, wanted = sums(p, t)
    sites = p.size / (p.shape[0] * p.shape[1])
    tp, fp, fn = both, found - both, wanted - both
    tn = sites - found - wanted + both
    root = jnp.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) + S)
    return (1 - (tp * tn - fp * fn + S) / (root + S)).mean()


def f_beta(p, t, beta=1.5):
    both, found, wanted = sums(p, t)
    return (1 - ((1 + beta**2) * both + S) / (found + beta**2 * wanted + S)).mean()


def soft_label_dice(p, t):
    _, found, wanted = sums(p, t)
    return (1 - (found + wanted - jnp.abs(p - t).sum(space(p)) + S) / (found + wanted + S)).mean()


def binary_entropy(p, t):
    return -(t * jnp.log(p) + (1 - t) * jnp.log1p(-p))


def balanced_cross_entropy(p, t):
    share = t.mean((0,) + space(t), keepdims=True)
    return -((1 - share) * t * jnp.log(p) + share * (1 - t) * jnp.log1p(-p)).mean()


def cross_entropy(p, t):
    return -(t * jnp.log(p)).sum() / t.sum()


def binary_focal(p, t, gamma=2, alpha=0.25):
    return -(alpha * t * (1 - p) ** gamma * jnp.log(p) + (1 - alpha) * (1 - t) * p**gamma * jnp.log1p(-p)).mean()


def focal(p, t, gamma=2):
    return -(t * (1 - p) ** gamma * jnp.log(p)).sum(1).mean()


def exponential_logarithmic(p, t):
    region = (jnp.maximum(-jnp.log(dice_of_classes(p, t)), 0) ** 0.3).mean()
    return 0.8 * region + 0.2 * (jnp.maximum(-jnp.log((t * p).sum(1)), 0) ** 0.3).mean()


def unified_focal(p, t, weight=0.5, delta=0.6, gamma=0.5):
    own = (t * p).sum(1)
    sites = (-delta * (1 - own) ** (1 - gamma) * jnp.log(own)).mean()
    region = (jnp.maximum(1 - tversky_of_classes(p, t, 1 - delta, delta, 1e-7), 0) ** gamma).mean()
    return weight * sites + (1 - weight) * region


def asymmetric_unified_focal(p, t, weight=0.5, delta=0.6, gamma=0.5):
    entropy = -t * jnp.log(p)
    sites = (1 - delta) * (1 - p[:, 0]) ** gamma * entropy[:, 0] + delta * entropy[:, 1:].sum(1)
    region = jnp.maximum(1 - tversky_of_classes(p, t, 1 - delta, delta, 1e-7), 0)
    region = jnp.concatenate([region[:, :1], region[:, 1:] ** (1 - gamma)], 1)
    return weight * sites.mean() + (1 - weight) * region.mean()


def lovasz(p, t):
    def one(error, target):
        order = jnp.argsort(-error)
        target = target[order]
        total = target.sum()
        jaccard = 1 - (total - jnp.cumsum(target)) / (total + jnp.cumsum(1 - target))
        return (error[order] * jnp.diff(jaccard, prepend=0)).sum()

    classes = p.shape[1]
    errors = jnp.moveaxis(jnp.abs(t - p), 1, 0).reshape(classes, -1)
    targets = jnp.moveaxis(t, 1, 0).reshape(classes, -1)
    return sum(one(errors[c], targets[c]) for c in range(classes)) / classes


def top_k(p, t):
    site = -(t * jnp.log(p)).sum(1).ravel()
    return jnp.sort(site)[-max(1, site.size // 10):].mean()


def margin(p, t):
    return (2 * t - 1) * p


def length(x):
    return jnp.sqrt(jnp.maximum((x * x).sum(1), 1e-12))


def huber(p, t):
    error = jnp.abs(p - t)
    return jnp.where(error <= 1, 0.5 * (p - t) ** 2, error - 0.5).mean()


def log_cosh(x):
    return jnp.logaddexp(x, -x) - jnp.log(2.0)


def entropy(t):
    return jnp.where(t > 0, t * jnp.log(jnp.where(t > 0, t, 1)), 0)


def sparsemax(p, t):
    m = margin(p, t)
    return jnp.where(m >= 1, 0, jnp.where(m <= -1, -m, (m - 1) ** 2 / 4)).mean()


def of_kind(kind, x):
    return (kind * x).sum() / jnp.maximum(kind.sum(), 1)


def categorical_hinge(p, t):
    return jnp.maximum(1 + ((1 - t) * p).max(1) - (t * p).sum(1), 0).mean()


def style(p, t):
    def gram(x):
        x = x.reshape(x.shape[0], x.shape[1], -1)
        return jnp.einsum("bcx,bdx->bcd", x, x) / (x.shape[1] * x.shape[2])

    return ((gram(p) - gram(t)) ** 2).mean((1, 2)).mean()


FORMULAS = {
    "dice": lambda p, t, d: dice(p, t),
    "squared-dice": lambda p, t, d: (
        1 - (2 * (p * t).sum(space(p)) + S) / ((p * p).sum(space(p)) + (t * t).sum(space(p)) + S)).mean(),
    "log-dice": lambda p, t, d: -jnp.log(dice_of_classes(p, t)).mean(),
    "log-cosh-dice": lambda p, t, d: log_cosh(dice(p, t)),
    "jaccard": lambda p, t, d: jaccard(p, t),
    "tversky": lambda p, t, d: (1 - tversky_of_classes(p, t)).mean(),
    "focal-tversky": lambda p, t, d: (jnp.maximum(1 - tversky_of_classes(p, t), 0) ** 0.75).mean(),
    "focal-tversky-after": lambda p, t, d: jnp.maximum((1 - tversky_of_classes(p, t)).mean(), 0) ** 0.75,
    "generalized-dice": lambda p, t, d: generalized_dice(p, t),
    "wasserstein-dice": lambda p, t, d: wasserstein_dice(p, t),
    "sensitivity-specificity": lambda p, t, d: sensitivity_specificity(p, t),
    "matthews": lambda p, t, d: matthews(p, t),
    "f-beta": lambda p, t, d: f_beta(p, t),
    "soft-label-dice": lambda p, t, d: soft_label_dice(p, t),
    "binary-cross-entropy": lambda p, t, d: binary_entropy(p, t).mean(),
    "balanced-cross-entropy": lambda p, t, d: balanced_cross_entropy(p, t),
    "cross-entropy": lambda p, t, d: cross_entropy(p, t),
    "negative-log-likelihood": lambda p, t, d: -(t * p).sum() / t.sum(),
    "top-k": lambda p, t, d: top_k(p, t),
    "binary-focal": lambda p, t, d: binary_focal(p, t),
    "focal": lambda p, t, d: focal(p, t),
    "poly1-cross-entropy": lambda p, t, d: (-(t * jnp.log(p)).sum(1) + 1 - (t * p).sum(1)).mean(),
    "dice-cross-entropy": lambda p, t, d: dice(p, t) + cross_entropy(p, t),
    "dice-focal": lambda p, t, d: dice(p, t) + focal(p, t),
    "dice-top-k": lambda p, t, d: dice(p, t) + top_k(p, t),
    "combo": lambda p, t, d: 0.5 * (0.5 * binary_entropy(p, t)).mean() - 0.5 * (1 - dice(p, t)),
    "exponential-logarithmic": lambda p, t, d: exponential_logarithmic(p, t),
    "unified-focal": lambda p, t, d: unified_focal(p, t),
    "asymmetric-unified-focal": lambda p, t, d: asymmetric_unified_focal(p, t),
    "boundary": lambda p, t, d: (p * d).mean(),
    "hausdorff-distance-transform": lambda p, t, d: ((p - t) ** 2 * d).mean(),
    "log-hausdorff": lambda p, t, d: jnp.log1p(((p - t) ** 2 * d).mean()),
    "distance-penalized-cross-entropy": lambda p, t, d: -((1 + d) * t * jnp.log(p)).sum(1).mean(),
    "lovasz": lambda p, t, d: lovasz(p, t),
    "total-variation": lambda p, t, d: jnp.abs(jnp.diff(p, axis=2)).sum() / p.size,
    "mean-squared-error": lambda p, t, d: ((p - t) ** 2).mean(),
    "mean-absolute-error": lambda p, t, d: jnp.abs(p - t).mean(),
    "huber": lambda p, t, d: huber(p, t),
    "log-cosh": lambda p, t, d: log_cosh(p - t).mean(),
    "mean-absolute-percentage-error": lambda p, t, d: (100 * jnp.abs(t - p) / jnp.maximum(jnp.abs(t), 1e-7)).mean(),
    "mean-squared-logarithmic-error": lambda p, t, d: (
        (jnp.log1p(jnp.maximum(p, 1e-7)) - jnp.log1p(jnp.maximum(t, 1e-7))) ** 2).mean(),
    "hinge": lambda p, t, d: jnp.maximum(1 - margin(p, t), 0).mean(),
    "squared-hinge": lambda p, t, d: (jnp.maximum(1 - margin(p, t), 0) ** 2).mean(),
    "exponential": lambda p, t, d: jnp.exp(-margin(p, t)).mean(),
    "logistic": lambda p, t, d: jnp.logaddexp(0, -margin(p, t)).mean(),
    "perceptron": lambda p, t, d: jnp.maximum(-margin(p, t), 0).mean(),
    "sparsemax": lambda p, t, d: sparsemax(p, t),
    "kullback-leibler": lambda p, t, d: (entropy(t) - t * jnp.log(p)).sum(1).mean(),
    "generalized-kullback-leibler": lambda p, t, d: (entropy(t) - t * jnp.log(p) - t + p).sum(1).mean(),
    "poisson": lambda p, t, d: (p - t * jnp.log(p)).mean(),
    "generalized-cross-entropy": lambda p, t, d: ((1 - (t * p).sum(1) ** 0.5) / 0.5).mean(),
    "categorical-hinge": lambda p, t, d: categorical_hinge(p, t),
    "cosine": lambda p, t, d: -((p * t).sum(1) / (length(p) * length(t))).mean(),
    "gan-discriminator": lambda p, t, d: -(of_kind(t, jnp.log(p)) + of_kind(1 - t, jnp.log1p(-p))),
    "gan-generator": lambda p, t, d: of_kind(1 - t, jnp.log1p(-p)),
    "gan-generator-non-saturating": lambda p, t, d: -of_kind(1 - t, jnp.log(p)),
    "gan-minimax": lambda p, t, d: of_kind(t, jnp.log(p)) + of_kind(1 - t, jnp.log1p(-p)),
    "content": lambda p, t, d: ((p - t) ** 2).mean(),
    "pixel-wise": lambda p, t, d: ((p - t) ** 2).mean(),
    "style": lambda p, t, d: style(p, t),
    "contrastive": lambda p, t, d: (0.5 * t * p**2 + 0.5 * (1 - t) * jnp.maximum(1 - p, 0) ** 2).mean(),
    "l1": lambda p, t, d: jnp.abs(p).mean(),
    "l2": lambda p, t, d: (p * p).mean(),
}
