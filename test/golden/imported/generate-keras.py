"""Small models of Keras, exported by tf2onnx and by Keras itself (which uses it), with the outputs that Keras gives.

Made with tensorflow 2.21.0, keras 3, tf2onnx 1.17.0:  python generate-keras.py
Writes keras-*.onnx and keras.json beside itself.
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf
import tf2onnx

folder = Path(__file__).parent
keras.utils.set_random_seed(5)
layers = keras.layers

autoencoder = keras.Sequential([
    layers.Input((12, 12, 1)),
    layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="down"),
    layers.BatchNormalization(name="norm"),
    layers.Flatten(),
    layers.Dense(5, name="code"),
    layers.Dense(6 * 6 * 4, activation="relu", name="spread"),
    layers.Reshape((6, 6, 4)),
    layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="elu", name="up"),
    layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="pixels"),
])
language = keras.Sequential([
    layers.Input((6,), dtype="int32"),
    layers.Embedding(11, 8, name="embedding"),
    layers.LSTM(10, return_sequences=True, name="long"),
    layers.GRU(7, return_sequences=True, name="gated"),
    layers.Dense(11, name="scores"),
])
random = np.random.default_rng(3)
for model in (autoencoder, language):
    # Biases and statistics that are not all equal, as in trained models.
    model.set_weights([w + random.normal(0, 0.1, w.shape) ** 2 for w in model.get_weights()])

values = {}
for name, model, x, kind in [
    ("autoencoder", autoencoder, random.random((3, 12, 12, 1)).astype("float32"), tf.float32),
    ("language", language, random.integers(0, 11, (3, 6)).astype("int32"), tf.int32),
]:
    values[name] = {"x": x.flatten().tolist(), "y": [float(f"{v:.8g}") for v in np.array(model(x)).flatten()]}
    if name == "autoencoder":
        f = tf.function(lambda t: autoencoder(t), input_signature=[tf.TensorSpec((None, 12, 12, 1), kind, name="input")])
        tf2onnx.convert.from_function(
            f, input_signature=f.input_signature, opset=15, output_path=str(folder / "keras-autoencoder.onnx")
        )
    else:
        model.export(str(folder / "keras-language.onnx"), format="onnx", verbose=False)
(folder / "keras.json").write_text(json.dumps(values) + "\n")
