"""A vocabulary of failure mechanisms, shared by symptoms and by code.

A mechanism is a way in which software fails, independent of any system: the words that name it in
logs, metrics and code are those of the field (the OpenTelemetry semantic conventions, POSIX error
names, HTTP and gRPC status names, and the resource names of the USE method, Gregg 2013).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from assistant.analysis.code.words import stem, words


class Mechanism(StrEnum):
    POOL = "pool"
    TIMEOUT = "timeout"
    RETRY = "retry"
    CACHE = "cache"
    QUERY = "query"
    MEMORY = "memory"
    CPU = "cpu"
    DISK = "disk"
    LOGGING = "logging"
    AUTH = "auth"
    TLS = "tls"
    NULL = "null"
    CRASH = "crash"
    DEPENDENCY = "dependency"
    DATA = "data"
    CONCURRENCY = "concurrency"
    CAPACITY = "capacity"
    BATCH = "batch"
    QUEUE = "queue"
    DNS = "dns"
    NETWORK = "network"
    LATENCY = "latency"
    ERRORS = "errors"
    TRAFFIC = "traffic"
    EXTERNAL = "external"


_WORDS: Mapping[Mechanism, str] = {
    Mechanism.POOL: "pool pools pooled conn conns connection connections acquire exhausted "
    "semaphore maxconn slots leased hikari pgx overflow",
    Mechanism.TIMEOUT: "timeout timeouts timedout deadline deadlines exceeded cancelled canceled "
    "budget expires waited WithTimeout",
    Mechanism.RETRY: "retry retries retried retrying backoff attempt attempts jitter redeliver "
    "redelivering idempotent",
    Mechanism.CACHE: "cache cached caching ttl lru evict eviction memoize memo hit miss warm "
    "stale invalidate redis memcached",
    Mechanism.QUERY: "query queries sql select join index scan rows row table database db postgres "
    "mysql sqlite cursor transaction statement orm fetch fetchall",
    Mechanism.MEMORY: "memory heap rss oom oomkilled leak gc garbage allocation alloc malloc "
    "grow growing retain accumulate history buffered",
    Mechanism.CPU: "cpu throttled load loadavg regex backtracking hash loop busy spin compute",
    Mechanism.DISK: "disk space volume filesystem inode enospc device mount storage rotate "
    "partition readonly fill",
    Mechanism.LOGGING: "log logs logger logging loglevel level verbose debug trace sink",
    Mechanism.AUTH: "auth authn authz token tokens jwt unauthorized forbidden credential "
    "credentials permission audience issuer claim claims session login signature oauth expiry "
    "expired reject rejected rejecting leeway",
    Mechanism.TLS: "tls ssl certificate cert certs x509 handshake cipher ciphers ca chain mtls pem",
    Mechanism.NULL: "nil null nonetype none undefined nullpointer pointer dereference deref "
    "attributeerror keyerror typeerror npe missing optional unwrap subscriptable",
    Mechanism.CRASH: "panic crash crashed crashloop crashloopbackoff restart restarts restarted "
    "exited segfault abort fatal sigsegv sigkill killed startup start starting backoff ready "
    "unready replicas",
    Mechanism.DEPENDENCY: "dependency dependencies version versions upgrade bump incompatible "
    "conflict module modules package pin pins lockfile registration registered runtime library "
    "nosuchmethoderror importerror protobuf proto",
    Mechanism.DATA: "parse parsing decode decoding encode invalid validate validation schema field "
    "range malformed corrupt record records poison format json utf unicode constraint column "
    "migration deserialize mismatch unexpected",
    Mechanism.CONCURRENCY: "lock locks locked mutex deadlock race contention thread threads worker "
    "workers goroutine goroutines semaphore concurrent concurrency synchronized blocked atomic "
    "parallel",
    Mechanism.CAPACITY: "throttle throttled throttling throughput capacity quota limit limits "
    "limited ratelimit rate provisioned saturated saturation exceeded burst max maximum ceiling",
    Mechanism.BATCH: "batch batches batched batching bulk single item chunk page pagination "
    "page_size",
    Mechanism.QUEUE: "queue queues backlog lag consumer producer offset partition kafka rabbit sqs "
    "message messages topic broker pending",
    Mechanism.DNS: "dns resolve resolver resolution nxdomain lookup hostname getaddrinfo "
    "nameserver",
    Mechanism.NETWORK: "network packet loss reset refused unreachable socket econnrefused "
    "econnreset eof broken pipe hop route keepalive",
    Mechanism.LATENCY: "slow latency duration p99 p95 elapsed delay slower sleep",
    Mechanism.ERRORS: "5xx 500 502 503 504 error_rate unavailable exception",
    Mechanism.TRAFFIC: "rps requests_per_sec traffic surge spike throughput qps campaign",
    Mechanism.EXTERNAL: "provider upstream thirdparty vendor external gateway webhook api",
}
_OF_STEM: dict[str, tuple[Mechanism, ...]] = {}
for _mechanism, _text in _WORDS.items():
    for _word in _text.split():
        for _stem in {stem(_word), *words(_word)} if "_" not in _word else {stem(_word)}:
            _OF_STEM[_stem] = (*_OF_STEM.get(_stem, ()), _mechanism)


def mechanisms_of(text: str) -> Counter[Mechanism]:
    """Mechanisms that a text names, with how many of its words name each."""
    return _count(words(text))


def _count(stems: Iterable[str]) -> Counter[Mechanism]:
    counts: Counter[Mechanism] = Counter()
    for word in stems:
        for mechanism in dict.fromkeys(_OF_STEM.get(word, ())):
            counts[mechanism] += 1
    return counts
