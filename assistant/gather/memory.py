"""What memory and history add: likeness of hunks with the symptoms, who last wrote a line."""

from __future__ import annotations

from assistant.analysis.causes.facts import Observation
from assistant.analysis.code.documents import hunk_documents
from assistant.analysis.logs.frames import frames_of_log, frames_of_span
from assistant.analysis.logs.stacks import Frame
from assistant.domain.changes import ChangeSet
from assistant.domain.errors import CausewayError, NotFound
from assistant.domain.knowledge import DocumentKind
from assistant.gather.sources import Sources


def recall(query: str, changes: ChangeSet, sources: Sources) -> dict[str, float] | None:
    """Likeness of each commit's closest hunk with the symptoms; None while the vector store can
    only answer lexically."""
    commits = [*changes.commits, *changes.undeployed]
    documents = [d for commit in commits for d in hunk_documents(commit)]
    sources.knowledge.remember(documents)
    if not query or not documents:
        return {}
    hits = sources.knowledge.search(
        query,
        kinds=[DocumentKind.HUNK],
        references=[c.hash for c in commits],
        limit=50,
    )
    if any(hit.semantic is None for hit in hits):
        return None
    likeness: dict[str, float] = {}
    for hit in hits:
        reference = hit.document.reference
        likeness[reference] = max(likeness.get(reference, 0.0), hit.semantic or 0.0)
    return likeness


def blame(observation: Observation, changes: ChangeSet, sources: Sources) -> dict[str, Frame]:
    """Who last wrote the lines that failing stacks point at, for delivered commits only."""
    delivered = {c.hash for c in changes.commits}
    found: dict[str, Frame] = {}
    for frame in _frames(observation)[:10]:
        for delivery in changes.deliveries:
            for commit in delivery.commits[:1]:
                line = _blamed(commit.repository, delivery.deployment.revision, frame, sources)
                if line in delivered:
                    found.setdefault(line, frame)
    return found


def _frames(observation: Observation) -> list[Frame]:
    errors = [t for t in observation.detection.templates if t.severity_number >= 17]
    frames = [f for t in errors for f in frames_of_log(t.exemplar)]
    frames += [f for t in observation.failing[:20] for s in t.spans for f in frames_of_span(s)]
    return list(dict.fromkeys(frames))


def _blamed(repository: str, revision: str, frame: Frame, sources: Sources) -> str:
    try:
        paths = sources.code.paths(repository, revision)
        path = next((p for p in paths if frame.path.endswith(p)), "")
        line = sources.code.blame(repository, revision, path, frame.line) if path else None
    except (CausewayError, NotFound):
        return ""  # a frame from another repository or revision: nothing to learn from it
    return line.commit if line else ""
