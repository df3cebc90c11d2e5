"""Peers on RootCauseBench and on shop incidents, scored like the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median

from benchmarks.peers.commits import RULES, Guess, metrics_of, of_service
from benchmarks.peers.fse_baro import rankings
from benchmarks.peers.outcome import Outcome, Watch, peak_mb
from benchmarks.rootcausebench.cases import Truth, case_folders, read_incident, read_truth
from benchmarks.rootcausebench.scoring import NONE, Answer, score

BARO = "BARO, then its last deployment"
BARO_TOLD = "BARO's scorer told the time, then its last deployment"
PEERS = (BARO, BARO_TOLD, *RULES)


def run(peer: str, directory: Path) -> Outcome:
    """`passed`, `decoys` and `none` are expected counts, `graded` a mean; `first` how often the
    first failing service was named. Raises NoPeers."""
    folders = case_folders(directory)
    if peer in (BARO, BARO_TOLD):
        return _baro(peer, folders)
    watch, guessed = Watch(), []
    for folder in folders:
        incident = read_incident(folder / "data")
        with watch():
            guesses = RULES[peer](incident)
        guessed.append((guesses, read_truth(folder)))
    return Outcome(peer, _figures(guessed), watch.median_s, peak_mb())


def _baro(peer: str, folders: Sequence[Path]) -> Outcome:
    incidents = {folder.name: read_incident(folder / "data") for folder in folders}
    panels = {name: metrics_of(incident) for name, incident in incidents.items()}
    found, memory = rankings(panels, finds_time=peer == BARO)
    guessed = [
        ([of_service(incidents[f.name], found[f.name].services[0])], read_truth(f)) for f in folders
    ]
    return Outcome(peer, _figures(guessed), median(r.seconds for r in found.values()), memory)


def _figures(guessed: Sequence[tuple[Sequence[Guess], Truth]]) -> dict[str, float]:
    scored = [
        [(g.chance, score(_answer(g), truth), g, truth) for g in guesses]
        for guesses, truth in guessed
    ]
    flat = [entry for case in scored for entry in case]
    return {
        "passed": sum(chance * s.passed for chance, s, _, _ in flat),
        "decoys": sum(chance * s.decoy for chance, s, _, _ in flat),
        "none": sum(c * s.passed for c, s, _, truth in flat if truth.commit == NONE),
        "graded": fmean(sum(chance * s.graded for chance, s, _, _ in case) for case in scored),
        "first": sum(c * (g.service == t.first_failing_service) for c, _, g, t in flat),
    }


def _answer(guess: Guess) -> Answer:
    return Answer(guess.commit, guess.service, frozenset(), "", "", guess.chance, 0.0)
