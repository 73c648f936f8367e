# week 4 - Liam
import numpy as np


def entropy(p, base=2):
    if (p < 0).any() or (abs(p.sum(axis=-1) - 1) > 1e-8).any():
        raise ValueError("not a distribution")
    p[p == 0] = 1  # log 1 is 0
    return -(p * np.log(p)).sum(axis=-1) / np.log(base)


def cross_entropy(p, q, base=2):
    with np.errstate(all="ignore"):
        terms = -p * np.log(q) / np.log(base)
    # 0 * inf is nan and must be 0
    terms[~np.isfinite(terms)] = 0
    return terms.sum(axis=-1)


def kl_divergence(p, q, base=2):
    ok = (p > 0) & (q > 0)
    ratio = np.where(ok, p, 1) / np.where(ok, q, 1)
    return np.maximum((p * np.log(ratio)).sum(axis=-1), 0) / np.log(base)


def js_divergence(p, q, base=2):
    m = (p + q) / 2
    # as in scipy
    return np.sqrt(0.5 * kl_divergence(p, m, base) + 0.5 * kl_divergence(q, m, base))


def conditional_entropy(joint, given, base=2):
    def h(p):
        p = p[p > 0]
        return -(p * np.log(p)).sum() / np.log(base)

    return h(joint.ravel()) - h(joint.sum(axis=given))


def mutual_information(joint, base=2):
    prod = joint.sum(axis=1)[:, None] * joint.sum(axis=0)
    ok = joint > 0
    return (joint[ok] * np.log(joint[ok] / prod[ok])).sum() / np.log(base)


def perplexity(log_probs):
    return np.exp(-log_probs.mean())


def temperature_for_entropy(logits, target, base=2):
    z = logits - logits.max()
    if not np.log((z == 0).sum()) < target * np.log(base) < np.log(len(z)):
        raise ValueError("target")
    lo, hi = 0.0, 1e6
    while hi - lo > 1e-8:
        T = (lo + hi) / 2
        p = np.exp(z / T)
        p /= p.sum()
        p = p[p > 0]
        if -(p * np.log(p)).sum() < target * np.log(base):
            lo = T
        else:
            hi = T
    return T
