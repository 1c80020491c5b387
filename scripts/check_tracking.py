"""Compares a training's event files, read by TensorBoard, with its metrics.jsonl; scripts/check-tracking calls it."""

import json
import math
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

PLACES = ("run", "name", "seed", "configuration", "update", "updates", "env_steps", "episodes", "seconds", "env_steps_per_second")


def expected(folder):
    """{run's name: {tag: [(env steps, value)]}}"""
    runs = {}
    for text in (folder / "metrics.jsonl").read_text().splitlines():
        line = json.loads(text)
        outcomes = {f"outcomes/{key}": value for key, value in line.pop("outcomes", {}).items()}
        for tag, value in {**line, **outcomes}.items():
            if tag not in PLACES and value is not None:
                runs.setdefault(line["name"], {}).setdefault(tag, []).append((line["env_steps"], value))
    return runs


def main(folder):
    runs, count = expected(folder), 0
    found = {path.name for path in (folder / "tensorboard").iterdir()}
    if found != set(runs):
        print(f"tensorboard/ holds the runs {sorted(found)}; expected {sorted(runs)}", file=sys.stderr)
        return 1
    for name, tags in runs.items():
        events = EventAccumulator(str(folder / "tensorboard" / name), {"scalars": 0, "tensors": 0})
        events.Reload()
        read = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
        for tag, values in tags.items():
            same = len(read.get(tag, [])) == len(values) and all(
                a[0] == b[0] and math.isclose(a[1], b[1], rel_tol=1e-6, abs_tol=1e-30) for a, b in zip(read[tag], values))
            if not same:
                print(f"{name}: {tag} is {read.get(tag)}; metrics.jsonl has {values}", file=sys.stderr)
                return 1
            count += len(values)
        text = events.Tensors("hyperparameters")
        if b"| seed |" not in text[0].tensor_proto.string_val[0]:
            print(f"{name}: hyper-parameters are missing", file=sys.stderr)
            return 1
    print(f"{folder}/tensorboard: {count} scalars of {len(runs)} runs agree with metrics.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
