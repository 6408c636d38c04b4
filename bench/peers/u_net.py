"""The denoising U-Net of src/models/u-net.ts in PyTorch, with the objective of src/models/diffusion.ts."""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, condition, groups):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(groups, inputs), nn.GroupNorm(groups, outputs)
        self.conv1, self.conv2 = nn.Conv2d(inputs, outputs, 3, 1, 1), nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.condition = nn.Linear(condition, outputs)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, condition):
        h = self.conv1(F.silu(self.norm1(x))) + self.condition(condition)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv, self.output = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x).flatten(2).transpose(1, 2)).chunk(3, -1)
        read = self.output(F.scaled_dot_product_attention(q, k, v))
        return x + read.transpose(1, 2).reshape(x.shape)


class Diffusion(nn.Module):
    """28x28x1, 32, 64 and 64 channels at 28, 14 and 7 pixels, one block a resolution, attention at 7; T = 1000."""

    batch = 64
    rate = 1e-3

    def __init__(self, channels=32, groups=8):
        super().__init__()
        c, wide, condition = channels, 2 * channels, 4 * channels
        self.embed = nn.Sequential(nn.Linear(c, condition), nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.input = nn.Conv2d(1, c, 3, 1, 1)
        self.down = nn.ModuleList(Block(i, o, condition, groups) for i, o in [(c, c), (c, wide), (wide, wide)])
        self.halve = nn.ModuleList(nn.Conv2d(w, w, 4, 2, 1) for w in [c, wide])
        self.middle = nn.ModuleList(Block(wide, wide, condition, groups) for _ in range(2))
        self.attention = Attention(wide, groups)
        self.up = nn.ModuleList(
            Block(i, o, condition, groups) for i, o in [(2 * wide, wide), (2 * wide, wide), (2 * c, c)]
        )
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(i, o, 4, 2, 1) for i, o in [(wide, wide), (wide, c)])
        self.output = nn.Sequential(nn.GroupNorm(groups, c), nn.SiLU(), nn.Conv2d(c, 1, 3, 1, 1))
        beta = torch.linspace(1e-4, 0.02, 1000)
        signal = torch.cumprod(1 - beta, 0)
        self.register_buffer('alpha', signal.sqrt())
        self.register_buffer('sigma', (1 - signal).sqrt())
        self.register_buffer('frequencies', 10_000 ** (-torch.arange(c // 2) / (c // 2)))

    def network(self, x, time):
        angles = time[:, None] * self.frequencies
        condition = self.embed(torch.cat([angles.sin(), angles.cos()], 1))
        h, across = self.input(x), []
        for i, block in enumerate(self.down):
            h = block(h, condition)
            across.append(h)
            if i < 2:
                h = self.halve[i](h)
        h = self.middle[1](self.attention(self.middle[0](h, condition)), condition)
        for i, block in enumerate(self.up):
            h = block(torch.cat([h, across.pop()], 1), condition)
            if i < 2:
                h = self.enlarge[i](h)
        return self.output(h)

    def forward(self, x):
        time = torch.randint(1000, (len(x),))
        noise = torch.randn_like(x)
        alpha, sigma = self.alpha[time, None, None, None], self.sigma[time, None, None, None]
        return F.mse_loss(self.network(alpha * (2 * x - 1) + sigma * noise, time.float()), noise)
