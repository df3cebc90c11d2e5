"""Who is who: one service under its many names, and which files of a repository are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import translate
from functools import lru_cache

from rapidfuzz import fuzz, process

from assistant.domain.catalogue import Catalogue, ServiceEntry
from assistant.domain.signals import Edge

# Folders whose contents several services are built with, in any language's habit.
_SHARED_FOLDERS = frozenset(
    "pkg libs lib shared common internal packages proto protos protobufs core platform".split()
)
# Words that say "this is a service" and not which one.
_GENERIC = frozenset("service services svc srv server app".split())
_SUFFIXES = ("services", "service", "svc", "srv", "server")
_DEPLOYMENT_POD = re.compile(r"(.+)-[a-f0-9]{6,10}-[a-z0-9]{5}\Z")
_PLAIN_POD = re.compile(r"(.+)-(?:[a-z0-9]*\d[a-z0-9]*)\Z")
_PORT = re.compile(r":\d+\Z")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WRITTEN = ("aliases", "pod_patterns", "repository", "paths", "owner", "shared", "calls")
_DEEPEST = 5  # folder levels below the root in which services are looked for
_MIN_PARTIAL = 4  # shorter stems ('ad', 'api') match by equality only
_NEAR = 60  # of 100, see rapidfuzz.fuzz.WRatio


def guess_catalogue(
    resources: Mapping[str, Mapping[str, str]], listing: Mapping[str, Sequence[str]]
) -> Catalogue:
    """A catalogue from what the services say of themselves (see `TelemetryStore.services`) and
    the paths in each repository.

    A folder belongs to the service it is named after, give or take 'service' and separators; the
    outermost such folder claims all below it. Folders of libraries become shared entries."""
    stems = {name: _stem(name) for name in resources}
    claimed: dict[str, dict[str, None]] = {name: {} for name in resources}
    homes: dict[str, dict[str, int]] = {name: {} for name in resources}
    for repository, paths in listing.items():
        for service, glob, depth in _claims(stems, paths):
            claimed[service].setdefault(glob)
            homes[service][repository] = min(depth, homes[service].get(repository, depth))
    entries = [
        _entry(name, resource, claimed[name], homes[name], listing)
        for name, resource in sorted(resources.items())
    ]
    return Catalogue((*entries, *_shared(listing)))


def corrected(guessed: Catalogue, written: Catalogue) -> Catalogue:
    """The guesses with what people wrote laid over them, field by field; a written service takes
    in the guessed ones that it lists as aliases."""
    entries = {e.name: e for e in guessed.entries}
    for entry in written.entries:
        for alias in entry.aliases:
            entries.pop(alias, None)
        below = entries.get(entry.name, ServiceEntry(entry.name))
        said = {name: value for name in _WRITTEN if (value := getattr(entry, name))}
        entries[entry.name] = replace(below, **said, guessed=False)
    return Catalogue(tuple(entries.values()))


def declared_calls(catalogue: Catalogue, services: Collection[str]) -> list[Edge]:
    """The calls that people wrote down; `services` are those that sent telemetry. How often they
    are made nobody says."""
    known = {name: entry.name for entry in catalogue.entries for name in entry.aliases}
    pairs = {(e.name, known.get(callee, callee)) for e in catalogue.entries for callee in e.calls}
    return [
        Edge(caller, callee, 0, 0, inferred=callee not in services)
        for caller, callee in sorted(pairs)
    ]


def services_of(path: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Names of the entries that a path belongs to, services before shared libraries; empty when
    nobody claims it."""
    return _ownership(catalogue)(path)


def canonical(name: str, catalogue: Catalogue) -> str:
    """The catalogue's name for a service that an alert, a pod, a Kubernetes object or a host name
    calls otherwise; `name` itself when the catalogue does not know it."""
    for candidate in _shorter(name):
        for entry in catalogue.entries:
            if candidate == entry.name or candidate in entry.aliases:
                return entry.name
    for entry in catalogue.entries:
        if entry.pod_patterns and _globs(*entry.pod_patterns).match(name):
            return entry.name
    for candidate in _shorter(name):
        alike = [
            e.name
            for e in catalogue.entries
            if not e.shared and _stem(candidate) in (_stem(e.name), *map(_stem, e.aliases))
        ]
        if len(alike) == 1:
            return alike[0]
    return name


def near_names(name: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The closest of `names`, best first; none that are not close."""
    found = process.extract(
        name.lower(),
        {n: n.lower() for n in names},
        scorer=fuzz.WRatio,
        score_cutoff=_NEAR,
        limit=limit,
    )
    return tuple(original for _, _, original in found)


def _entry(
    name: str,
    resource: Mapping[str, str],
    globs: Iterable[str],
    homes: Mapping[str, int],
    listing: Mapping[str, Sequence[str]],
) -> ServiceEntry:
    stated = _repository_named(resource.get("repository", ""), listing)
    named_after = next((r for r in listing if _stem(r) == _stem(name)), "")
    shallowest = min(homes, key=lambda r: homes[r]) if homes else ""
    only_home = stated or named_after
    paths = tuple(globs) or (("**",) if only_home and len(listing) > 1 else ())
    aliases = {resource.get("k8s_name", "")} - {"", name}
    return ServiceEntry(
        name=name,
        aliases=tuple(sorted(aliases)),
        repository=only_home or shallowest,
        paths=paths,
        guessed=True,
    )


def _repository_named(url: str, listing: Mapping[str, Sequence[str]]) -> str:
    last = url.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1]
    return last if last in listing else ""


def _claims(stems: Mapping[str, str], paths: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """(service, glob, folder depth): folders first; files by name where no folder claims them."""
    owners: dict[str, tuple[str, int] | None] = {}
    for path in paths:
        folders = path.split("/")[:-1][:_DEEPEST]
        claim = None
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in owners:
                service = _named_after(folders[depth - 1], stems)
                owners[folder] = (service, depth) if service else None
            if claim := owners[folder]:
                yield claim[0], f"{folder}/**", claim[1]
                break
        if claim is None and (service := _exactly(_file_stem(path), stems)):
            yield service, path, _DEEPEST


def _named_after(folder: str, stems: Mapping[str, str]) -> str:
    stem = _stem(folder)
    if exact := _exactly(stem, stems):
        return exact
    # 'catalog' for 'productcatalogservice': when only one service can be meant.
    if len(stem) < _MIN_PARTIAL or folder.lower() in _SHARED_FOLDERS | _GENERIC:
        return ""
    partial = [name for name, s in stems.items() if s.startswith(stem) or s.endswith(stem)]
    return partial[0] if len(partial) == 1 else ""


def _exactly(stem: str, stems: Mapping[str, str]) -> str:
    return next((name for name, s in stems.items() if stem and s == stem), "")


def _file_stem(path: str) -> str:
    """'deploy/checkout-deployment.yaml' is about checkout."""
    base = path.rsplit("/", 1)[-1].split(".", 1)[0]
    words = [w for w in re.split(r"[-_]", base) if w not in ("deployment", "values", "config")]
    return _stem("-".join(words))


def _shared(listing: Mapping[str, Sequence[str]]) -> Iterator[ServiceEntry]:
    """One entry per library: 'pkg/retry/…' is `pkg/retry`, files right in 'pkg/' are `pkg`."""
    for repository, paths in listing.items():
        libraries: dict[str, None] = {}
        for path in paths:
            folders = path.split("/")[:-1]
            root = next((i for i, f in enumerate(folders[:3]) if f in _SHARED_FOLDERS), None)
            if root is not None:
                libraries.setdefault("/".join(folders[: root + 2]))
        for library in libraries:
            yield ServiceEntry(
                library, repository=repository, paths=(f"{library}/**",), shared=True, guessed=True
            )


def _shorter(name: str) -> Iterator[str]:
    """The name, then what is left without a port, a namespace, a domain and a pod's hash."""
    bare = _PORT.sub("", name).rsplit("/", 1)[-1]
    first = bare.split(".", 1)[0]
    seen = [name, bare, first]
    for pattern in (_DEPLOYMENT_POD, _PLAIN_POD):
        if match := pattern.match(first):
            seen.append(match[1])
    yield from dict.fromkeys(n for n in seen if n)


@lru_cache(maxsize=4096)
def _stem(name: str) -> str:
    """What distinguishes a name: 'OrderService', 'order-svc', 'orders' → 'order'."""
    words = [w.lower() for w in re.split(r"[^A-Za-z0-9]+", _CAMEL.sub("-", name)) if w]
    joined = "".join(w for w in words if w not in _GENERIC) or "".join(words)
    for suffix in _SUFFIXES:
        if joined.endswith(suffix) and len(joined) > len(suffix):
            joined = joined.removesuffix(suffix)
            break
    return joined.removesuffix("s") if len(joined) > _MIN_PARTIAL else joined


# Hashing a catalogue of a hundred services for every path costs more than matching it, so the last
# one is remembered by identity.
_last: tuple[Catalogue, Callable[[str], tuple[str, ...]]] | None = None


def _ownership(catalogue: Catalogue) -> Callable[[str], tuple[str, ...]]:
    global _last
    known = _last
    if known is None or known[0] is not catalogue:
        known = _last = (catalogue, lru_cache(maxsize=1 << 16)(_owners_by_path(catalogue)))
    return known[1]


def _owners_by_path(catalogue: Catalogue) -> Callable[[str], tuple[str, ...]]:
    matchers = [(e, _globs(*e.paths)) for e in catalogue.entries if e.paths]

    def owners(path: str) -> tuple[str, ...]:
        found = [entry for entry, globs in matchers if globs.match(path)]
        return tuple(e.name for e in sorted(found, key=lambda e: e.shared))

    return owners


@lru_cache(maxsize=4096)
def _globs(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))
