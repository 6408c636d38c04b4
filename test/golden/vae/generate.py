"""Objectives of variational autoencoders with their gradients, by PyTorch in float64.

    python generate.py > values.json
"""

import json
import math

import numpy as np
import torch
from torch.distributions import Bernoulli, Independent, Normal
from torch.nn.functional import linear

torch.set_default_dtype(torch.float64)
PIXELS, HIDDEN, LATENT, PSEUDO, CLASSES, BATCH = 9, 5, 2, 3, 3, 4


def case(seed, draws, vamp, conditional):
    rng = np.random.default_rng(seed)
    told = LATENT if conditional else 0
    shapes = {
        "encoder/0/weight": (HIDDEN, PIXELS),
        "encoder/0/bias": (HIDDEN,),
        "encoder/latent/mean/weight": (LATENT, HIDDEN + told),
        "encoder/latent/mean/bias": (LATENT,),
        "encoder/latent/log-variance/weight": (LATENT, HIDDEN + told),
        "encoder/latent/log-variance/bias": (LATENT,),
        "decoder/0/weight": (HIDDEN, LATENT + told),
        "decoder/0/bias": (HIDDEN,),
        "decoder/output/weight": (PIXELS, HIDDEN),
        "decoder/output/bias": (PIXELS,),
    }
    if vamp:
        shapes["prior/pseudo-inputs"] = (PSEUDO, PIXELS)
    if conditional:
        shapes["encoder/latent/class"] = (CLASSES, told)
        shapes["decoder/0/class"] = (CLASSES, told)
    w = {
        name: torch.tensor(np.round(rng.normal(size=shape) * 0.7, 3), requires_grad=True)
        for name, shape in shapes.items()
    }
    x = torch.tensor((rng.random((BATCH, PIXELS)) > 0.5).astype(float))
    label = torch.tensor(rng.integers(0, CLASSES, BATCH))
    noise = torch.tensor(np.round(rng.normal(size=(draws, BATCH, LATENT)), 3))

    def layer(name, h):
        return linear(h, w[f"{name}/weight"], w[f"{name}/bias"])

    def posterior(x, label=None):
        h = torch.tanh(layer("encoder/0", x))
        if label is not None:
            h = torch.cat([h, w["encoder/latent/class"][label]], -1)
        scale = torch.exp(0.5 * layer("encoder/latent/log-variance", h))
        return Normal(layer("encoder/latent/mean", h), scale)

    told_label = label if conditional else None
    q = posterior(x, told_label)
    z = q.mean + q.stddev * noise
    inner = z
    if conditional:
        inner = torch.cat([z, w["decoder/0/class"][label].expand(draws, BATCH, told)], -1)
    logits = layer("decoder/output", torch.tanh(layer("decoder/0", inner)))
    given = Independent(Bernoulli(logits=logits), 1).log_prob(x)
    if vamp:
        components = posterior(torch.sigmoid(w["prior/pseudo-inputs"]))
        each = Independent(components, 1).log_prob(z.unsqueeze(-2))
        prior = torch.logsumexp(each, -1) - math.log(PSEUDO)
    else:
        prior = Independent(Normal(torch.zeros(LATENT), torch.ones(LATENT)), 1).log_prob(z)
    weights = given + prior - Independent(q, 1).log_prob(z)
    cost = math.log(draws) - torch.logsumexp(weights, 0)
    cost.sum().backward()
    flat = lambda t: t.detach().reshape(-1).tolist()
    return {
        "draws": draws,
        "vamp": vamp,
        "conditional": conditional,
        "x": flat(x),
        "label": label.tolist(),
        "noise": flat(noise),
        "parameters": {name: flat(value) for name, value in w.items()},
        "cost": flat(cost),
        "gradients": {name: flat(value.grad) for name, value in w.items()},
    }


print(
    json.dumps(
        {
            "importance-weighted, 4 draws": case(1, 4, False, False),
            "VampPrior, 1 draw": case(2, 1, True, False),
            "VampPrior, importance-weighted, 3 draws": case(3, 3, True, False),
            "by class, importance-weighted, 2 draws": case(4, 2, False, True),
        },
        separators=(",", ":"),
    )
)
