"""Small models exported by both of PyTorch's exporters, with outputs and loss curves that PyTorch itself gives.

Made with torch 2.15.0, onnx, onnxscript 0.7.2:  python generate.py
Writes *.onnx (and the external data of one) and values.json beside itself. Training is in evaluation mode, all
examples in each update.
"""

import json
import warnings
from pathlib import Path

import torch
from torch import nn

warnings.filterwarnings("ignore")
folder = Path(__file__).parent
STEPS = 50


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, 2, 1),
            nn.BatchNorm2d(4),
            nn.LeakyReLU(0.1),
            nn.Conv2d(4, 6, 3, 2, 1),
            nn.GELU(),
            nn.Flatten(),
            nn.Linear(6 * 3 * 3, 4),
        )
        self.decoder = nn.Sequential(
            nn.Linear(4, 6 * 3 * 3),
            nn.Unflatten(1, (6, 3, 3)),
            nn.GroupNorm(2, 6),
            nn.ConvTranspose2d(6, 4, 4, 2, 1),
            nn.SiLU(),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.AvgPool2d(3, 1, 1, count_include_pad=False),
            nn.Conv2d(4, 1, 3, 1, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Recurrent(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.embedding = nn.Embedding(11, 8)
        self.cells = cell(8, 10, num_layers=2, batch_first=True)
        self.head = nn.Linear(10, 11)

    def forward(self, tokens):
        return self.head(self.cells(self.embedding(tokens))[0])


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(11, 8)
        self.position = nn.Embedding(16, 8)
        self.h = nn.ModuleList(
            nn.TransformerEncoderLayer(8, 2, 16, 0.0, activation="gelu", batch_first=True, norm_first=True)
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 11, bias=False)

    def forward(self, tokens):
        time = tokens.shape[1]
        x = self.token(tokens) + self.position(torch.arange(time))
        mask = torch.triu(torch.full((time, time), float("-inf")), 1)
        for block in self.h:
            x = block(x, src_mask=mask)
        return self.head(self.norm(x))


def curve(make, optimiser, rate, cost):
    """The loss before training and after each update, and outputs before."""
    model = make()
    model.eval()
    opt = optimiser(model.parameters(), lr=rate)
    losses = []
    for _ in range(STEPS):
        loss = cost(model)
        losses.append(loss.item())
        opt.zero_grad()
        loss.backward()
        opt.step()
    losses.append(cost(model).item())
    return losses


def export(name, model, example, exporter, axes):
    model.eval()
    path = folder / f"{name}.onnx"
    if exporter == "script":
        torch.onnx.export(
            model, (example,), str(path), dynamo=False, opset_version=17,
            input_names=["input"], output_names=["output"], dynamic_axes={"input": axes, "output": axes},
        )
    else:
        dims = {axis: torch.export.Dim(axis_name, max=4096 if axis == 0 else 16) for axis, axis_name in axes.items()}
        torch.onnx.export(
            model, (example,), str(path), dynamo=True, verbose=False, optimize=True,
            input_names=["input"], output_names=["output"], dynamic_shapes=(dims,),
            external_data=name == "decoder",
        )
        strip(path)


def strip(path):
    """Without most of the exporter's notes on every node, which are most of the file."""
    import onnx

    model = onnx.load(str(path), load_external_data=False)
    for node in model.graph.node:
        scopes = [(p.key, p.value) for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        for key, value in scopes:
            node.metadata_props.add(key=key, value=value)
        node.doc_string = ""
    del model.graph.value_info[:]
    onnx.save(model, str(path))


def main():
    random = torch.Generator().manual_seed(7)
    images = torch.rand(8, 1, 12, 12, generator=random)
    tokens = torch.randint(0, 11, (8, 7), generator=random)
    ids, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()

    def pixels(model):
        return ((model(images) - images) ** 2).sum() / len(images)

    def words(model):
        return nn.functional.cross_entropy(model(ids).reshape(-1, 11), targets.reshape(-1))

    subjects = {
        "autoencoder": (Autoencoder, images, pixels, "script", {0: "batch"}, 0.02, 0.01),
        "lstm": (lambda: Recurrent(nn.LSTM), ids, words, "script", {0: "batch", 1: "time"}, 0.5, 0.01),
        "gru": (lambda: Recurrent(nn.GRU), ids, words, "dynamo", {0: "batch", 1: "time"}, 0.5, 0.01),
        "decoder": (Decoder, ids, words, "dynamo", {0: "batch", 1: "time"}, 0.1, 0.01),
    }
    values = {"images": images.flatten().tolist(), "tokens": ids.flatten().tolist(), "targets": targets.flatten().tolist()}
    for number, (name, (make, example, cost, exporter, axes, sgd, adam)) in enumerate(subjects.items()):

        def fresh():
            torch.manual_seed(number + 1)
            model = make()
            # Statistics, gains and biases other than those that training starts with; also, the exporter stores
            # tensors of equal values once, which would tie them.
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.uniform_(-0.2, 0.2)
                    module.running_var.uniform_(0.5, 1.5)
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.dim() == 1:
                        parameter.add_(torch.randn_like(parameter) * 0.1)
            return model

        model = fresh()
        if name == "autoencoder":
            # The old exporter folds a normalisation into the convolution before it, unless told to keep it.
            path = folder / "autoencoder.onnx"
            model.eval()
            torch.onnx.export(
                model, (example,), str(path), dynamo=False, opset_version=17, do_constant_folding=True,
                training=torch.onnx.TrainingMode.PRESERVE,
                input_names=["input"], output_names=["output"], dynamic_axes={"input": axes, "output": axes},
            )
        else:
            export(name, model, example, exporter, axes)
        with torch.no_grad():
            outputs = model(example).flatten().tolist()
        values[name] = {
            "outputs": outputs,
            "sgd": {"rate": sgd, "losses": curve(fresh, torch.optim.SGD, sgd, cost)},
            "adam": {"rate": adam, "losses": curve(fresh, torch.optim.Adam, adam, cost)},
        }

    def rounded(value):
        if isinstance(value, float):
            return float(f"{value:.8g}")
        if isinstance(value, list):
            return [rounded(v) for v in value]
        return {k: rounded(v) for k, v in value.items()} if isinstance(value, dict) else value

    (folder / "values.json").write_text(json.dumps(rounded(values)) + "\n")


main()
