"""What states of the world look like in logs and metrics.

Programs print what their libraries print: OpenSSL and Go for certificates, errno names for disks
and sockets, resolvers for names. None of these marks belongs to one system.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.analysis.code.mechanisms import Mechanism


@dataclass(frozen=True, slots=True)
class Marks:
    """`said` matches log bodies, `measured` metric names that show the state itself; the weights
    are the log-odds
    that one such witness adds."""

    kind: str
    title: str
    action: str
    mechanisms: frozenset[Mechanism]
    said: re.Pattern[str]
    said_weight: float
    measured: re.Pattern[str] | None = None
    measured_weight: float = 1.5
    decisive: bool = False  # no change of ours can bring it about
    about_one_subject: bool = False  # more so when every failure names the same record


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


MARKS = (
    Marks(
        kind="certificate_expired",
        title="A TLS certificate expired",
        action="rotate_certificate",
        mechanisms=frozenset({Mechanism.TLS}),
        said=_any(
            r"cert(?:ificate)? (?:has |is )?expired",
            r"certificate.{0,40}not yet valid",
            r"CERT_HAS_EXPIRED",
            r"SSL_ERROR_EXPIRED",
        ),
        said_weight=5.5,
        measured=_any(r"cert\w*[._ -].*(?:expir|remaining|valid)", r"expir.*cert"),
        decisive=True,
    ),
    Marks(
        kind="dns_failure",
        title="A name does not resolve",
        action="repair_dns",
        mechanisms=frozenset({Mechanism.DNS}),
        said=_any(
            r"no such host",
            r"NXDOMAIN|SERVFAIL",
            r"getaddrinfo|EAI_AGAIN|ENOTFOUND",
            r"name resolution",
            r"could not resolve",
            r"name or service not known|nodename nor servname",
            r"UnknownHostException",
        ),
        said_weight=5.0,
        measured=_any(r"dns.*(?:err|fail)"),
    ),
    Marks(
        kind="disk_full",
        title="A disk is full",
        action="free_disk_space",
        mechanisms=frozenset({Mechanism.DISK}),
        said=_any(
            r"no space left on device|ENOSPC",
            r"disk (?:is )?full",
            r"read-only file system",
            r"disk quota exceeded",
            r"could not extend file",
        ),
        said_weight=4.0,
        measured=_any(
            r"(?:disk|filesystem|volume|fs)[._](?!.*(?:io|iops|busy|read|write|time)(?:[._]|$))"
            r"(?!(?:io|iops|busy|read|write|time)[._]).*"
            r"(?:used|usage|utili[sz]ation|pct|percent|free|avail)"
        ),
    ),
    Marks(
        kind="bad_data",
        title="Records that cannot be processed",
        action="purge_bad_data",
        mechanisms=frozenset({Mechanism.DATA, Mechanism.QUEUE}),
        said=_any(
            r"(?:validation|pars(?:e|ing)|decod(?:e|ing)|deseriali[sz]\w+|schema)"
            r" (?:error|fail|mismatch)",
            r"out of range",
            r"malformed|poison",
            r"cannot (?:parse|decode)|unpars[e]?able",
            r"invalid (?:record|payload|message|byte|utf)",
            r"redeliver|dead.?letter",
            r"unexpected (?:token|end of)|JSONDecodeError",
        ),
        said_weight=2.0,
        measured=_any(r"(?:oldest|age).*message|message.*age|redeliver|dead.?letter"),
        measured_weight=1.0,
        about_one_subject=True,
    ),
    Marks(
        kind="dependency_outage",
        title="A dependency does not answer",
        action="restore_dependency",
        mechanisms=frozenset({Mechanism.NETWORK}),
        said=_any(
            r"connection (?:refused|reset)|ECONNREFUSED|ECONNRESET",
            r"no route to host|EHOSTUNREACH",
            r"could not connect",
            r"server closed the connection",
            r"the database system is (?:starting|shutting)",
        ),
        said_weight=1.5,
    ),
    Marks(
        kind="throttled",
        title="A quota or rate limit is reached",
        action="raise_quota",
        mechanisms=frozenset({Mechanism.CAPACITY}),
        said=_any(
            r"throttl|slow ?down",
            r"quota exceeded|rate limit",
            r"too many requests|RESOURCE_EXHAUSTED",
            r"ProvisionedThroughputExceeded",
        ),
        said_weight=1.0,
    ),
)
