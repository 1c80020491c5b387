"""Uploads trainings to Weights & Biases from metrics.jsonl; scripts/wandb-upload calls it."""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import time

import wandb
import yaml

# What says where a line belongs, and is no measured quantity.
PLACES = ("run", "name", "seed", "configuration", "update", "updates", "env_steps")
WAIT_SECONDS = 10


def quantities(line):
    """The numbers of one line of metrics, outcomes under `outcomes/`."""
    values = {key: value for key, value in line.items() if key not in PLACES and isinstance(value, (int, float))}
    values.update({f"outcomes/{key}": value for key, value in line.get("outcomes", {}).items() if value is not None})
    return values


class Training:
    """A folder, how far its metrics were read, and the open run of Weights & Biases."""

    def __init__(self, folder, project, group):
        self.folder = pathlib.Path(folder)
        self.project, self.group = project, group
        self.configuration = yaml.safe_load((self.folder / "config.yaml").read_text())
        per_update = self.configuration["environments"] * self.configuration["rollout_length"]
        self.updates = int(self.configuration["total_env_steps"]) // per_update
        sweep = self.configuration.get("sweep") or {}
        seeds = self.configuration["seeds"]
        self.runs = seeds if isinstance(seeds, int) else len(seeds)
        for values in sweep.values():
            self.runs *= len(values)
        self.swept = list(sweep)
        self.offset = 0
        self.finished = set()

    def new_lines(self):
        """Whole lines that were written since the last call, by run."""
        lines = {}
        with open(self.folder / "metrics.jsonl", "rb") as file:
            file.seek(self.offset)
            for text in file:
                if not text.endswith(b"\n"):
                    break
                self.offset += len(text)
                line = json.loads(text)
                lines.setdefault(line["name"], []).append(line)
        return lines

    def upload(self):
        """Uploads what is new; the number of lines."""
        lines = self.new_lines()
        for name, found in lines.items():
            settings = {key: value for key, value in self.configuration.items() if key not in ("seeds", "sweep", "evaluation")}
            settings["seed"] = found[0].get("seed")
            # The values of swept keys stand in the name, in their order: entropy_coefficient=0.01_seed=3.
            values = re.match("_".join(f"{key}=([^_]+)" for key in self.swept), name)
            settings.update(zip(self.swept, map(float, values.groups() if values else [])))
            identity = hashlib.sha256(f"{self.folder.resolve()} {name}".encode()).hexdigest()[:16]
            run = wandb.init(
                project=self.project, group=self.group or self.configuration["name"], name=name, id=identity, resume="allow",
                config=settings)
            for line in found:
                run.log({**quantities(line), "env_steps": line["env_steps"]}, step=line["update"])
                if line["update"] >= self.updates:
                    self.finished.add(name)
            run.finish()
        return sum(map(len, lines.values()))

    @property
    def is_finished(self):
        return len(self.finished) >= self.runs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--project", default="crossplay")
    parser.add_argument("--group", help="default: the training's name")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    for folder in options.folders:
        if not (pathlib.Path(folder) / "config.yaml").exists():
            print(f"{folder}: holds no training (there is no config.yaml in it)", file=sys.stderr)
            return 1
    trainings = [Training(folder, options.project, options.group) for folder in options.folders]
    while True:
        for training in trainings:
            count = training.upload()
            if count:
                print(f"{training.folder}: {count} lines uploaded", flush=True)
        if not options.follow or all(training.is_finished for training in trainings):
            return 0
        time.sleep(WAIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
