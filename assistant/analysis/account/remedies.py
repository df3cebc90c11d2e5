"""What to do about it, with its reason: proposals only, nothing here acts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from assistant.analysis.causes.facts import Facts
from assistant.analysis.causes.verdict import Judgement
from assistant.domain.changes import Deployment
from assistant.domain.report import Remediation, Suspect

# Files that configure rather than compute: undoing them needs no new build.
_CONFIGURATION = re.compile(
    r"\.(ya?ml|toml|ini|cfg|conf|properties|env|tfvars|json)$|(^|/)(go\.(mod|sum)|requirements[^/]*\.txt"
    r"|[^/]*\.lock|pom\.xml|package\.json)$"
)
_OPERATIONS: Mapping[str, str] = {
    "rotate_certificate": "Issue and install a new certificate for the endpoint that {service} "
    "names; then watch the handshake errors end.",
    "repair_dns": "Restore the name that {service} cannot resolve, or point it at a resolver "
    "that can.",
    "free_disk_space": "Free or extend the full disk, then restart what stopped writing to it.",
    "purge_bad_data": "Set the records aside that {service} rejects (skip or dead-letter them) "
    "and let the consumer go on; no code needs to be undone.",
    "restore_dependency": "Bring back the dependency that refuses {service}'s connections.",
    "raise_quota": "Raise the quota that {service} runs into, or slow its callers down.",
    "scale_out": "Add capacity to {service} and what it calls, or shed load at the entry.",
    "fail_over": "Switch {service} to another provider or region, or degrade the feature until the "
    "provider recovers; nothing of ours needs to be undone.",
    "repair_network": "Check the network between {service} and those who call it (loss, a broken "
    "link or card); move {service} elsewhere meanwhile.",
    "stop_job": "Find who else is using {service} and stop or postpone that work.",
    "reschedule": "Move {service} off the machine that is short of resources.",
}


def remedies(
    facts: Facts, judgement: Judgement, evidence: tuple[str, ...]
) -> tuple[Remediation, ...]:
    """At most a few proposals, the first one preferred; none without a cause."""
    if judgement.cause is not None:
        text = _OPERATIONS[judgement.cause.action].format(service=judgement.cause.service)
        return (Remediation(judgement.cause.action, text, evidence=evidence),)
    if judgement.suspect is None:
        return ()
    return _undo(facts, judgement.suspect, evidence)


def _undo(facts: Facts, suspect: Suspect, evidence: tuple[str, ...]) -> tuple[Remediation, ...]:
    if suspect.kind == "flag":
        flag = next(f for f in facts.changes.flags if f.id == suspect.id)
        back = f" to {flag.before}" if flag.before else ""
        return (Remediation("disable_flag", f"Set the flag {flag.flag} back{back}.", "", evidence),)
    if suspect.kind == "config":
        change = next(c for c in facts.changes.configs if c.id == suspect.id)
        text = f"Set {change.key} back to {change.before or 'its value before'}."
        return (Remediation("revert_configuration", text, "", evidence),)
    revert = f"git revert {shlex.quote(suspect.id[:12])}"
    commit = next((c for c in facts.changes.commits if c.hash == suspect.id), None)
    if commit and commit.paths and all(_CONFIGURATION.search(path) for path in commit.paths):
        files = ", ".join(commit.paths[:3])
        text = f"Revert the configuration in {files} and deploy {suspect.service}."
        return (Remediation("revert_configuration", text, revert, evidence),)
    text = f"Roll {suspect.service} back{_target(facts, suspect)}; it is the quickest way out."
    forward = "Or roll forward: revert the commit and deploy again."
    found = [Remediation("rollback", text, "", evidence)]
    if suspect.kind == "commit":
        found.append(Remediation("roll_forward", forward, revert, evidence))
    return tuple(found)


def _target(facts: Facts, suspect: Suspect) -> str:
    for delivery in facts.changes.deliveries:
        deployment: Deployment = delivery.deployment
        if deployment.id == suspect.deployment and delivery.previous_revision:
            return f" to revision {delivery.previous_revision[:12]}"
    return " to the version before"
