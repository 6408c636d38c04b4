"""The adversarial network of `bench/graft-steps.ts` in PyTorch: one update of each player a step."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


class Generator(nn.Module):
    """64 numbers to 28x28x1: a linear layer, transposed convolutions (4x4, stride 2, padding 1), batch normalisation."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(64, 64 * 7 * 7, bias=False),
            nn.Unflatten(1, (64, 7, 7)),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False),  # 14x14
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),  # 28x28
        )

    def forward(self, z):
        return (torch.tanh(self.net(z)) + 1) / 2


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            spectral_norm(nn.Conv2d(1, 32, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(32, 64, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            spectral_norm(nn.Linear(64 * 7 * 7, 1)),
        )

    def forward(self, x):
        return self.net(2 * x - 1).squeeze(1)


class Gan(nn.Module):
    """Non-saturating objective, spectral norms."""

    batch = 64
    rate = 1e-3

    def __init__(self):
        super().__init__()
        self.generator = Generator()
        self.discriminator = Discriminator()

    def discriminator_loss(self, x):
        with torch.no_grad():
            made = self.generator(torch.randn(len(x), 64))
        output = self.discriminator(torch.cat([x, made]))
        return F.softplus(-output[: len(x)]).mean() + F.softplus(output[len(x) :]).mean()

    def generator_loss(self, x):
        return F.softplus(-self.discriminator(self.generator(torch.randn(len(x), 64)))).mean()


def gan_trainer(model, batches, prepared, how):
    """A function that trains one step; `prepared` compiles a loss or leaves it as it is, `how`: options of Adam."""
    players = [
        (prepared(loss), list(network.parameters()), torch.optim.Adam(network.parameters(), lr=model.rate, betas=(0.0, 0.9), **how))
        for loss, network in (
            (model.discriminator_loss, model.discriminator),
            (model.generator_loss, model.generator),
        )
    ]  # fmt: skip
    judges = list(model.discriminator.parameters())

    def train():
        (x,) = next(batches)
        for loss_of, parameters, optimiser in players:
            # The generator's turn needs no gradients of the discriminator's weights.
            for p in judges:
                p.requires_grad_(parameters[0] is judges[0])
            loss = loss_of(x)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return loss

    return train
