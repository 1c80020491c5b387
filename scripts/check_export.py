"""Recomputes the examples of exported policies with numpy (scripts/python) and onnxruntime; scripts/check-export calls it."""

import json
import pathlib
import sys

import numpy
from safetensors import safe_open

sys.path.insert(0, str(pathlib.Path(__file__).parent / "python"))
import crossplay_policies  # noqa: E402

FORMATS = ("crossplay-policy-2", "crossplay-policy-3")
TOLERANCE = 1e-5


def load(path):
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def compute(folder, tensors, policy, examples):
    """Logits, values and, of recurrent policies, hidden states, by the Python package in float64."""
    loaded = crossplay_policies.Policy.load(folder, dtype=numpy.float64)
    assert loaded.description == policy, "crossplay_policies reads another description"
    for name, tensor in tensors.items():
        assert (loaded.tensors[name] == tensor).all(), f"crossplay_policies reads another {name}"
    logits, values, states = loaded.step(examples["observations"], examples.get("hidden_states"))
    results = {"logits": logits, "values": values}
    return results if states is None else {**results, "next_hidden_states": states}


def check_greedy(folder, examples, metadata):
    """Says where a greedy player of the Python package, which follows the games, chooses differently; None if nowhere."""
    steps, rows = int(metadata["steps"]), len(examples["values"])
    batch = rows // steps
    player = crossplay_policies.Player(crossplay_policies.Policy.load(folder), "greedy", batch)
    for first in range(0, rows, batch):
        part = slice(first, first + batch)
        legal = examples["legal_masks"][part].astype(bool)
        actions = player.act(examples["observations"][part], legal)
        scores = numpy.where(legal, examples["logits"][part], -numpy.inf)
        chosen = numpy.take_along_axis(scores, actions[:, None], axis=1)[:, 0]
        # Where two logits are as close as rounding, either is the largest.
        if (scores.max(axis=1) - chosen > 2 * TOLERANCE * (1 + numpy.abs(chosen))).any():
            return f"crossplay_policies plays another action in step {first // batch}"
        player.end(examples["dones"][part])
    return None


def difference(found, expected):
    """The largest difference, in units of 1 + |expected|."""
    assert found.shape == expected.shape, f"shape {found.shape}; expected {expected.shape}"
    return float(numpy.max(numpy.abs(found - expected) / (1 + numpy.abs(expected)), initial=0))


def check_games(examples, metadata):
    """Says what is wrong with the games that the examples come from; None if nothing is."""
    steps, games, agents = (int(metadata[name]) for name in ("steps", "games", "agents"))
    rows = steps * games * agents
    for name in ("actions", "rewards", "dones"):
        if examples[name].shape != (rows,):
            return f"{name} has the shape {examples[name].shape}; {steps} steps of {games} games of {agents} seats are {rows} rows"
    if not examples["legal_masks"][numpy.arange(rows), examples["actions"]].all():
        return "an action is not legal"
    if "hidden_states" in examples:
        shape = (steps, games, agents, -1)
        before, after = (examples[name].reshape(shape) for name in ("hidden_states", "next_hidden_states"))
        goes_on = 1 - examples["dones"].reshape(shape)
        if not (before[1:] == goes_on[:-1] * after[:-1]).all() or before[0].any():
            return "hidden states do not follow from those before them"
    return None


def check_onnx(folder, examples, metadata):
    """Says what is wrong with policy.onnx; None if nothing is."""
    import onnx
    import onnxruntime

    path = folder / "policy.onnx"
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    described = {entry.key: entry.value for entry in model.metadata_props}
    if described.get("format") not in FORMATS or described.get("weight_hash") != metadata.get("weight_hash"):
        return "the examples were recorded with other weights"
    if json.loads(described["policy"]) != json.loads((folder / "policy.json").read_text()):
        return "its metadata differ from policy.json"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = {"observation": examples["observations"], "legal_mask": examples["legal_masks"].astype(bool)}
    expected = {"logits": examples["logits"], "value": examples["values"]}
    if "hidden_states" in examples:
        inputs["hidden_state"] = examples["hidden_states"]
        expected["next_hidden_state"] = examples["next_hidden_states"]
    rows, worst = len(examples["values"]), {}
    for batch in (1, 33):
        for first in range(0, rows, batch):
            part = slice(first, first + batch)
            names = [output.name for output in session.get_outputs()]
            found = dict(zip(names, session.run(names, {name: values[part] for name, values in inputs.items()})))
            legal = inputs["legal_mask"][part]
            if not (found["masked_logits"] == numpy.where(legal, found["logits"], numpy.finfo(numpy.float32).min)).all():
                return "masked logits are not those of the legal actions"
            for name, values in expected.items():
                worst[name] = max(worst.get(name, 0), difference(found[name], values[part]))
    return report(path, rows, worst)


def report(path, rows, worst):
    text = ", ".join(f"{name} {number:.2g}" for name, number in worst.items())
    if not all(number <= TOLERANCE for number in worst.values()):
        return f"differs by {text}; allowed {TOLERANCE:g}"
    print(f"{path}: {rows} examples agree (largest difference: {text})")
    return None


def check(folder):
    """Says what is wrong with a policy's folder; None if nothing is."""
    examples, examples_metadata = load(folder / "examples.safetensors")
    observations, masks = examples["observations"], examples["legal_masks"]
    if len(observations) == 0:
        return "there are no examples"
    if masks.shape != examples["logits"].shape or not masks.any(axis=1).all():
        return "an example has no legal action"
    problem = check_games(examples, examples_metadata)
    if not problem and (folder / "policy.onnx").exists():
        problem = check_onnx(folder, examples, examples_metadata)
    if problem or not (folder / "policy.safetensors").exists():
        return problem
    tensors, metadata = load(folder / "policy.safetensors")
    if metadata.get("format") not in FORMATS:
        return f"unknown format {metadata.get('format')}"
    policy = json.loads(metadata["policy"])
    if examples_metadata.get("weight_hash") != metadata.get("weight_hash"):
        return "the examples were recorded with other weights"
    problem = check_greedy(folder, examples, examples_metadata)
    if problem:
        return problem
    results = compute(folder, tensors, policy, examples)
    worst = {name: difference(examples[name], result) for name, result in results.items()}
    return report(folder / "policy.safetensors", len(observations), worst)


def main(arguments):
    folders = []
    for argument in map(pathlib.Path, arguments):
        found = sorted({path.parent for name in ("safetensors", "onnx") for path in argument.glob(f"**/policy.{name}")})
        if not found:
            print(f"{argument}: holds no policy.safetensors and no policy.onnx", file=sys.stderr)
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
