"""Personas: how the demo's enumerators differ - most are honest, one invents interviews, three hide emigrants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.demo.chance import normal, share


@dataclass(frozen=True)
class Persona:
    """One enumerator.

    fabricates  share of the dwellings that are never visited: the answers are copied from an earlier interview
    suppresses  share of the households with a member abroad that are recorded as having none
    pace        factor on the time that a question takes
    clock       seconds by which the tablet's clock runs ahead
    """

    name: str
    fabricates: float = 0.0
    suppresses: float = 0.0
    pace: float = 1.0
    clock: int = 0


def crew(seed: int, names: Sequence[str], honest: bool = False) -> dict[str, Persona]:
    """The enumerators by name; the seed decides who hides emigrants (one in each third) and who invents."""
    order = sorted(names, key=lambda name: share(seed, "persona", name))
    teams = [[name for name in order if sorted(names).index(name) * 3 // len(names) == team] for team in range(3)]
    suppressors = [team[0] for team in teams if team and not honest]
    fabricators = [name for name in order if name not in suppressors][:1] if not honest else []
    return {
        name: Persona(
            name,
            fabricates=0.7 if name in fabricators else 0.0,
            suppresses=0.7 if name in suppressors else 0.0,
            pace=max(0.7, 1 + 0.12 * normal(seed, "pace", name)),
            clock=_clock(seed, name, order),
        )
        for name in names
    }


def _clock(seed: int, name: str, order: Sequence[str]) -> int:
    """Tablets run a few seconds wrong; one runs seven minutes ahead and one an hour behind."""
    astray = {order[-1]: 420, order[-2]: -3600} if len(order) > 5 else {}
    return astray.get(name, round(15 * normal(seed, "clock", name)))
