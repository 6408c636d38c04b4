"""Reference values of diffusion models: noise schedules of diffusers, and a U-Net in PyTorch with its gradients.

    python test/golden/diffusion/generate.py

Written with diffusers 0.42.1 and torch 2.15.0 (CPU), in float64. The network here is written anew from the description of
src/models/u-net.ts in PyTorch's own functions; weights are given by a formula, so that the file holds results alone.
"""

import json
import math
from pathlib import Path

import diffusers
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def schedules():
    found = []
    for name, beta, steps, extra in [
        ("linear", "linear", 1000, {}),
        ("cosine", "squaredcos_cap_v2", 1000, {}),
        ("cosine", "squaredcos_cap_v2", 50, {}),
    ]:
        scheduler = diffusers.DDPMScheduler(num_train_timesteps=steps, beta_schedule=beta, **extra)
        at = [0, 1, 2, steps // 4, steps // 2, steps - 2, steps - 1]
        found.append(
            {
                "name": name,
                "steps": steps,
                "times": [t + 1 for t in at],
                "beta": [scheduler.betas[t].item() for t in at],
                "signal": [scheduler.alphas_cumprod[t].item() for t in at],
            }
        )
    return found


def ddim():
    """DDIM of diffusers with a constant prediction, its times as in src/models (trailing spacing)."""
    found = []
    for eta in [0.0, 0.6]:
        scheduler = diffusers.DDIMScheduler(
            num_train_timesteps=1000, beta_schedule="linear", timestep_spacing="trailing", clip_sample=True,
            clip_sample_range=1.0,
        )
        scheduler.set_timesteps(5)
        x = torch.linspace(-1.5, 1.5, 6)
        noise = torch.linspace(1.0, -1.0, 6)
        states = []
        for t in scheduler.timesteps:
            x = scheduler.step(
                torch.sin(3 * x), int(t), x, eta=eta, use_clipped_model_output=True, variance_noise=noise
            ).prev_sample
            states.append(x.tolist())
        found.append({"eta": eta, "times": [int(t) + 1 for t in scheduler.timesteps], "states": states})
    return found


C, GROUPS, WIDTHS, COLOURS, CLASSES = 4, 2, [4, 8], 1, 3
CONDITION = 4 * C


def shapes():
    """Names and shapes of the parameters in the model's order."""
    out = []

    def linear(name, i, o):
        out.extend([(f"{name}/weight", (o, i)), (f"{name}/bias", (o,))])

    def conv(name, i, o, k):
        out.extend([(f"{name}/weight", (o, i, k, k)), (f"{name}/bias", (o,))])

    def norm(name, c):
        out.extend([(f"{name}/scale", (c,)), (f"{name}/bias", (c,))])

    def block(name, i, o):
        norm(f"{name}/norm1", i)
        conv(f"{name}/conv1", i, o, 3)
        linear(f"{name}/condition", CONDITION, o)
        norm(f"{name}/norm2", o)
        conv(f"{name}/conv2", o, o, 3)
        if i != o:
            conv(f"{name}/skip", i, o, 1)

    linear("condition/in", C, CONDITION)
    linear("condition/out", CONDITION, CONDITION)
    out.append(("condition/class", (CLASSES + 1, CONDITION)))
    conv("input", COLOURS, C, 3)
    block("down/0/0", 4, 4)
    conv("down/0/halve", 4, 4, 4)
    block("down/1/0", 4, 8)
    block("middle/0", 8, 8)
    norm("middle/attention/norm", 8)
    linear("middle/attention/qkv", 8, 24)
    linear("middle/attention/output", 8, 8)
    block("middle/1", 8, 8)
    block("up/1/0", 16, 8)
    out.extend([("up/1/double/weight", (8, 4, 4, 4)), ("up/1/double/bias", (4,))])
    block("up/0/0", 8, 4)
    norm("output/norm", 4)
    conv("output", 4, COLOURS, 3)
    return out


def formula(shape, phase):
    n = math.prod(shape)
    return (0.4 * torch.sin(1 + 0.37 * torch.arange(n) + 1.7 * phase)).reshape(shape)


def u_net():
    w = {name: formula(shape, i).requires_grad_() for i, (name, shape) in enumerate(shapes())}
    x = formula((2, COLOURS, 4, 4), 100).requires_grad_()
    time = torch.tensor([3.0, 800.0])
    label = torch.tensor([1, 3])

    def linear(name, h):
        return F.linear(h, w[f"{name}/weight"], w[f"{name}/bias"])

    def conv(name, h, **options):
        return F.conv2d(h, w[f"{name}/weight"], w[f"{name}/bias"], **options)

    def norm(name, h):
        return F.group_norm(h, GROUPS, w[f"{name}/scale"], w[f"{name}/bias"], 1e-5)

    frequencies = 10_000 ** (-torch.arange(C // 2) / (C // 2))
    angles = time[:, None] * frequencies
    embedded = torch.cat([angles.sin(), angles.cos()], 1)
    embedded = linear("condition/out", F.silu(linear("condition/in", embedded)))
    condition = F.silu(embedded + w["condition/class"][label])

    def block(name, h):
        inner = conv(f"{name}/conv1", F.silu(norm(f"{name}/norm1", h)), padding=1)
        inner = inner + linear(f"{name}/condition", condition)[:, :, None, None]
        inner = conv(f"{name}/conv2", F.silu(norm(f"{name}/norm2", inner)), padding=1)
        return inner + (conv(f"{name}/skip", h) if f"{name}/skip/weight" in w else h)

    h = conv("input", x, padding=1)
    h = first = block("down/0/0", h)
    h = conv("down/0/halve", h, stride=2, padding=1)
    h = second = block("down/1/0", h)
    h = block("middle/0", h)
    tokens = norm("middle/attention/norm", h).flatten(2).transpose(1, 2)
    q, k, v = linear("middle/attention/qkv", tokens).chunk(3, -1)
    read = linear("middle/attention/output", F.scaled_dot_product_attention(q, k, v))
    h = h + read.transpose(1, 2).reshape(h.shape)
    h = block("middle/1", h)
    h = block("up/1/0", torch.cat([h, second], 1))
    h = F.conv_transpose2d(h, w["up/1/double/weight"], w["up/1/double/bias"], stride=2, padding=1)
    h = block("up/0/0", torch.cat([h, first], 1))
    y = conv("output", F.silu(norm("output/norm", h)), padding=1)
    (y * formula(y.shape, 200)).sum().backward()

    def some(gradient):
        flat = gradient.flatten()
        return flat[:: max(1, len(flat) // 4)].tolist()

    return {
        "output": y.flatten().tolist(),
        "input_gradient": some(x.grad),
        "gradients": {name: some(tensor.grad) for name, tensor in w.items()},
    }


if __name__ == "__main__":
    reference = {"schedules": schedules(), "ddim": ddim(), "u_net": u_net()}
    Path(__file__).with_name("reference.json").write_text(json.dumps(reference, indent=1) + "\n")
