"""Reference values for test/golden/gan.test.ts from PyTorch, in float64: python make-values.py > values.json

A discriminator of two 4x4 convolutions (stride 2, padding 1, leaky ReLU 0.2) and a linear layer, on images scaled from
[0, 1] to [-1, 1]: penalties and their gradients by double backward, spectral norms over three training steps, losses.
"""
import json

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
BATCH, COLOURS, SIDE, CHANNELS = 3, 2, 8, (3, 2)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(COLOURS, CHANNELS[0], 4, 2, 1)
        self.second = nn.Conv2d(CHANNELS[0], CHANNELS[1], 4, 2, 1)
        self.output = nn.Linear(CHANNELS[1] * (SIDE // 4) ** 2, 1)

    def forward(self, x):
        h = F.leaky_relu(self.first(2 * x - 1), 0.2)
        h = F.leaky_relu(self.second(h), 0.2)
        return self.output(h.flatten(1)).squeeze(1)


LAYERS = {"first": "discriminator/0", "second": "discriminator/1", "output": "discriminator/output"}


def named(model, read):
    return {
        f"{LAYERS[name]}/{kind}": read(getattr(layer, kind))
        for name, layer in model.named_children()
        for kind in ("weight", "bias")
    }


def flat(t):
    return [float(f"{v:.12g}") for v in t.detach().flatten().tolist()]


def squared_gradient(model, x, create_graph):
    (g,) = torch.autograd.grad(model(x).sum(), x, create_graph=create_graph)
    return g.flatten(1).square().sum(1)


def penalty_case(model, x, penalty):
    model.zero_grad()
    each = penalty(squared_gradient(model, x.clone().requires_grad_(), True))
    each.mean().backward()
    gradients = named(model, lambda p: flat(torch.zeros_like(p) if p.grad is None else p.grad))
    return {"each": flat(each), "gradients": gradients}


model = Discriminator()
real = torch.rand(BATCH, COLOURS, SIDE, SIDE)
fake = torch.rand(BATCH, COLOURS, SIDE, SIDE)
share = torch.rand(BATCH, 1, 1, 1)
between = share * real + (1 - share) * fake
values = {
    "real": flat(real),
    "between": flat(between),
    "parameters": named(model, flat),
    "outputs": flat(model(real)),
    "gradientPenalty": penalty_case(model, between, lambda s: (s.sqrt() - 1) ** 2),
    "r1": penalty_case(model, real, lambda s: s / 2),
}

# Spectral norms: training steps with plain gradient descent on mean(D(x)), then evaluation.
spectral = Discriminator()
spectral.load_state_dict(model.state_dict())
for layer in spectral.children():
    nn.utils.spectral_norm(layer)
    layer.weight_u.copy_(torch.full_like(layer.weight_u, layer.weight_u.numel() ** -0.5))
steps = []
for _ in range(3):
    spectral.zero_grad()
    output = spectral(real)
    output.mean().backward()
    with torch.no_grad():
        steps.append(
            {
                "outputs": flat(output),
                "left": {f"{LAYERS[n]}/weight/left": flat(l.weight_u) for n, l in spectral.named_children()},
                "gradients": {
                    f"{LAYERS[n]}/weight": flat(l.weight_orig.grad) for n, l in spectral.named_children()
                },
            }
        )
        for p in spectral.parameters():
            p -= 0.5 * p.grad
values["spectral"] = {"rate": 0.5, "steps": steps}

d_real, d_fake = torch.randn(5), torch.randn(5)
ones, zeros = torch.ones(5), torch.zeros(5)
bce = F.binary_cross_entropy_with_logits
values["losses"] = {
    "real": flat(d_real),
    "generated": flat(d_fake),
    "non-saturating": [flat(bce(d_real, ones)), flat(bce(d_fake, zeros)), flat(bce(d_fake, ones))],
    "hinge": [
        flat(F.relu(1 - d_real).mean()),
        flat(F.relu(1 + d_fake).mean()),
        flat(-d_fake.mean()),
    ],
    "least-squares": [
        flat(0.5 * F.mse_loss(d_real, ones)),
        flat(0.5 * F.mse_loss(d_fake, zeros)),
        flat(0.5 * F.mse_loss(d_fake, ones)),
    ],
    "wasserstein": [flat(-d_real.mean()), flat(d_fake.mean()), flat(-d_fake.mean())],
}
values["torch"] = torch.__version__
print(json.dumps(values))
