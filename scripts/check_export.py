"""Recomputes the examples of exported policies with numpy; scripts/check-export calls it.

A dense layer is y = x W + b with W of shape (inputs, outputs); hidden layers end in the activation, outputs do not. With a
GRU behind the trunk, every example also says which hidden state it begins with and which it leaves.
"""

import json
import pathlib
import sys

import numpy
from safetensors import safe_open

TOLERANCE = 1e-5
ACTIVATIONS = {"relu": lambda x: numpy.maximum(x, 0), "tanh": numpy.tanh}


def load(path):
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def dense(x, tensors, name):
    return x @ tensors[f"{name}.weight"].astype(numpy.float64) + tensors[f"{name}.bias"]


def hidden(x, tensors, part, widths, activation):
    for i, width in enumerate(widths):
        x = activation(dense(x, tensors, f"{part}.{i}"))
        assert x.shape[1] == width, f"{part}.{i} has {x.shape[1]} outputs; the architecture says {width}"
    return x


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def gru(x, h, tensors, width):
    """The hidden state after one step; gates stand in the order reset, update, candidate."""
    inputs = numpy.split(dense(x, tensors, "gru.input"), 3, axis=1)
    products = numpy.split(h @ tensors["gru.hidden.weight"].astype(numpy.float64), 3, axis=1)
    assert products[0].shape[1] == width, f"gru has {products[0].shape[1]} units; the architecture says {width}"
    reset = sigmoid(inputs[0] + products[0])
    update = sigmoid(inputs[1] + products[1])
    candidate = numpy.tanh(inputs[2] + reset * (products[2] + tensors["gru.hidden.bias"]))
    return (1 - update) * candidate + update * h


def compute(tensors, architecture, examples):
    """Logits, values and, of recurrent policies, hidden states."""
    activation = ACTIVATIONS[architecture["activation"]]
    observations = examples["observations"].astype(numpy.float64)
    trunk = hidden(observations, tensors, "trunk", architecture["trunk"], activation)
    results = {}
    if architecture.get("gru"):
        trunk = gru(trunk, examples["hidden_states"].astype(numpy.float64), tensors, architecture["gru"])
        results["next_hidden_states"] = trunk
    actor = hidden(trunk, tensors, "actor", architecture["actor"], activation)
    critic = hidden(trunk, tensors, "critic", architecture["critic"], activation)
    results["logits"] = dense(actor, tensors, "actor.output")
    results["values"] = dense(critic, tensors, "critic.output")[:, 0]
    return results


def difference(found, expected):
    """The largest difference, relative where values are above 1."""
    assert found.shape == expected.shape, f"shape {found.shape}; expected {expected.shape}"
    return float(numpy.max(numpy.abs(found - expected) / numpy.maximum(1, numpy.abs(expected)), initial=0))


def check(folder):
    """Says what is wrong with a policy's folder; None if nothing is."""
    tensors, metadata = load(folder / "policy.safetensors")
    if metadata.get("format") != "crossplay-policy-1":
        return f"unknown format {metadata.get('format')}"
    policy = json.loads(metadata["policy"])
    examples, examples_metadata = load(folder / "examples.safetensors")
    if examples_metadata.get("weight_hash") != metadata.get("weight_hash"):
        return "the examples were recorded with other weights"
    observations, masks = examples["observations"], examples["legal_masks"]
    if len(observations) == 0:
        return "there are no examples"
    if masks.shape != examples["logits"].shape or not masks.any(axis=1).all():
        return "an example has no legal action"
    results = compute(tensors, policy["architecture"], examples)
    worst = {name: difference(examples[name], result) for name, result in results.items()}
    text = ", ".join(f"{name} {number:.2g}" for name, number in worst.items())
    if not all(number <= TOLERANCE for number in worst.values()):
        return f"differs by {text}; allowed {TOLERANCE:g}"
    print(f"{folder}: {len(observations)} examples agree (largest difference: {text})")
    return None


def main(arguments):
    folders = []
    for argument in map(pathlib.Path, arguments):
        found = sorted(path.parent for path in argument.glob("**/policy.safetensors"))
        if not found:
            print(f"{argument}: holds no policy.safetensors", file=sys.stderr)
            return 1
        folders += found
    failures = 0
    for folder in folders:
        try:
            problem = check(folder)
        except Exception as error:  # whatever is wrong with a file is a failed check
            problem = f"{type(error).__name__}: {error}"
        if problem:
            print(f"{folder}: {problem}", file=sys.stderr)
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
