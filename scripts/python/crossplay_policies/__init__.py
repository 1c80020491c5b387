"""Loads policies that `crossplay export` wrote and plays them, with numpy alone. docs/export.md says what is computed."""

from .player import Player
from .policy import Policy

__all__ = ["Player", "Policy"]
