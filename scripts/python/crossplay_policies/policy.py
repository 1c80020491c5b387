"""A policy: its weights, its description, and one step of its network."""

import json
import pathlib

import numpy

from . import safetensors

FORMATS = ("crossplay-policy-2", "crossplay-policy-3")
EPSILON = 1e-6
ACTIVATIONS = {"relu": lambda x: numpy.maximum(x, 0), "tanh": numpy.tanh}


def sigmoid(x):
    return 0.5 * (1 + numpy.tanh(0.5 * x))


class Policy:
    """Computes logits, values and hidden states of rows of observations.

    `description` is what policy.json holds. Weights and results are of the given type: float32 as in training, or
    float64.
    """

    def __init__(self, tensors, description, weight_hash=None, dtype=numpy.float32):
        self.description = description
        self.weight_hash = weight_hash
        self.architecture = description["architecture"]
        self.features = self.architecture["inputs"]
        self.actions = self.architecture["actions"]
        self.hidden_width = self.architecture.get("gru")
        self.action_names = description["action_names"]
        self.tensors = {name: tensor.astype(dtype) for name, tensor in tensors.items()}
        self.dtype = dtype

    @classmethod
    def load(cls, folder, dtype=numpy.float32):
        """Reads policy.safetensors in a folder that `crossplay export` wrote.

        Raises ValueError where the file is of another version.
        """
        path = pathlib.Path(folder) / "policy.safetensors"
        tensors, metadata = safetensors.read(path)
        if metadata.get("format") not in FORMATS:
            expected = " or ".join(FORMATS)
            raise ValueError(f"{path} has the format {metadata.get('format')}; expected {expected}, so export it again")
        return cls(tensors, json.loads(metadata["policy"]), metadata["weight_hash"], dtype)

    def initial_state(self, batch):
        """Hidden states at the start of a game, (batch, H); None for feed-forward policies."""
        return None if self.hidden_width is None else numpy.zeros((batch, self.hidden_width), self.dtype)

    def step(self, observations, hidden_states=None):
        """Logits (batch, K), values (batch) and next hidden states (batch, H) of observations (batch, D)."""
        x = numpy.asarray(observations, self.dtype)
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ValueError(f"observations have the shape {x.shape}; expected (batch, {self.features})")
        x = self._hidden(x, "trunk")
        if self.hidden_width is not None:
            hidden_states = x = self._gru(x, numpy.asarray(hidden_states, self.dtype))
        logits = self._dense(self._hidden(x, "actor"), "actor.output")
        values = self._dense(self._hidden(x, "critic"), "critic.output")[:, 0]
        return logits, values, hidden_states

    def _dense(self, x, name):
        return x @ self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def _hidden(self, x, part):
        activation = ACTIVATIONS[self.architecture["activation"]]
        for i in range(len(self.architecture[part])):
            x = self._dense(x, f"{part}.{i}")
            if self.architecture.get("layer_norm"):
                x = self._normalised(x, f"{part}.{i}.norm")
            x = activation(x)
        return x

    def _normalised(self, x, name):
        deviations = x - x.mean(axis=1, keepdims=True)
        variance = numpy.square(deviations).mean(axis=1, keepdims=True)
        normalised = deviations / numpy.sqrt(variance + self.dtype(EPSILON))
        return normalised * self.tensors[f"{name}.scale"] + self.tensors[f"{name}.bias"]

    def _gru(self, x, h):
        of_input = numpy.split(self._dense(x, "gru.input"), 3, axis=1)
        of_state = numpy.split(h @ self.tensors["gru.hidden.weight"], 3, axis=1)
        reset = sigmoid(of_input[0] + of_state[0])
        update = sigmoid(of_input[1] + of_state[1])
        candidate = numpy.tanh(of_input[2] + reset * (of_state[2] + self.tensors["gru.hidden.bias"]))
        return (1 - update) * candidate + update * h
