"""What the confidence promises beside what came true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.calibration.fit import Calibration, calibration, fit, promised
from benchmarks.calibration.records import Record


@dataclass(frozen=True, slots=True)
class Scored:
    """Calibrated figures beside those of the raw share of the odds, on the same answers."""

    name: str
    right: float
    calibrated: Calibration
    raw: Calibration


def scored(
    name: str,
    held: Sequence[Record],
    weights: Mapping[str, float],
    learned: Sequence[Record] | None = None,
) -> Scored:
    """`learned` are the answers that the weights came from, whose mean is the constant rival; by
    default the mean of `held` itself, the best that a constant can do."""
    mean = float(np.mean([r.right for r in learned or held]))
    return _scored(name, held, [promised(r, weights) for r in held], mean)


def across(found: Sequence[Record]) -> list[Scored]:
    """Each data set scored with what the others taught."""
    return [
        scored(f"{name}, learned from the others", held, fit(others), others)
        for name, held, others in _left_out(found, lambda record: record.dataset)
    ]


def by_seed(found: Sequence[Record]) -> list[Scored]:
    """All generated incidents, those of each seed scored with what the other seeds taught."""
    shop = [r for r in found if r.dataset == "shop"]
    held: list[Record] = []
    promises: list[float] = []
    for _, part, others in _left_out(shop, lambda record: record.seed):
        weights = fit(others)
        held += part
        promises += [promised(r, weights) for r in part]
    if not held:
        return []
    mean = float(np.mean([r.right for r in held]))
    return [_scored("shop, each seed learned from the other seeds", held, promises, mean)]


def _left_out(
    found: Sequence[Record], group: Callable[[Record], str]
) -> Iterator[tuple[str, list[Record], list[Record]]]:
    """(group, its records, all others), when there is more than one group."""
    names = sorted({group(r) for r in found})
    for name in names if len(names) > 1 else ():
        yield (
            name,
            [r for r in found if group(r) == name],
            [r for r in found if group(r) != name],
        )


def _scored(name: str, held: Sequence[Record], promises: Sequence[float], mean: float) -> Scored:
    right = np.array([r.right for r in held], dtype=np.float64)
    raw = np.array([r.raw for r in held])
    return Scored(
        name,
        float(right.mean()),
        calibration(np.array(promises), right, mean),
        calibration(raw, right, mean),
    )


def row(result: Scored) -> str:
    c = result.calibrated
    return (
        f"{result.name:<46} {c.answers:>4} answers, {result.right:.2f} right; "
        f"ECE {c.error:.3f} [{c.low:.3f}, {c.high:.3f}] (raw {result.raw.error:.3f}), "
        f"Brier {c.brier:.3f} (raw {result.raw.brier:.3f}, mean {c.mean_brier:.3f})"
    )


def drawn(result: Scored, file: Path) -> None:
    """The reliability diagram as a picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(4.6, 4.4), dpi=150)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="a promise kept")
    for label, bins, style in (
        ("share of the odds", result.raw.bins, "o--"),
        ("calibrated", result.calibrated.bins, "s-"),
    ):
        axes.plot([b.promised for b in bins], [b.right for b in bins], style, label=label)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of right answers")
    axes.set_title(f"{result.calibrated.answers} generated incidents, five equal bins", fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
    plt.close(figure)
