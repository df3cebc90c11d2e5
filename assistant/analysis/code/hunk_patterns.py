"""How code looks, in any language: the patterns by which `hunks` reads a diff."""

from __future__ import annotations

import re

COMMENT = re.compile(r"^\s*(?://|#(?!\s*\[|include|define)|\*|/\*|--\s|<!--|\"\"\"|''')")
INERT_SUFFIXES = frozenset(".md .rst .txt .adoc .css .scss .svg .png .jpg .gif .ico .woff".split())
INERT_PLACES = re.compile(
    r"(^|/)(docs?|tests?|testdata|__tests__|fixtures|examples?)(/|$)|_test\.|\.test\.|(^|/)test_|\.spec\.|(^|/)(LICENSE|CODEOWNERS|\.gitignore|\.editorconfig)"
)
MANIFEST = re.compile(
    r"(^|/)(go\.(mod|sum)|requirements[\w.-]*\.txt|constraints[\w.-]*\.txt|pyproject\.toml|poetry\.lock"
    r"|uv\.lock|package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.(toml|lock)|Gemfile(\.lock)?"
    r"|pom\.xml|build\.gradle(\.kts)?|composer\.(json|lock)|Dockerfile)$"
)
ASSIGNMENT = re.compile(r"([A-Za-z_][\w.\-\[\]\"']*)\"?\s*(?::=|=|:(?!:)|,|\()\s*")
GUARD = re.compile(
    r"(?:^|\s|\})(?:if|unless|guard|assert|require|catch|except|rescue)\b|\?\?|\?\.|\.get\(.*,|"
    r"\bor\s+(?:None|\[\]|\{\}|\"\")|Objects\.requireNonNull|len\(|isinstance\("
)
NULLISH = re.compile(
    r"\b(?:nil|null|None|undefined|NULL|Optional|isEmpty|is_none|isset)\b|\?\.|\?\?"
)
LOOP = re.compile(
    r"^\s*(?:for|while|foreach)\b|\.(?:forEach|map|each)\(|\bfor\b.*\bin\b|\bgather\("
)
REMOTE = re.compile(
    r"\b(?:await|\w*(?:client|Client|repo|Repository|store|db|conn|session|cursor|stub|api|http|"
    r"requests|svc|Service|dao|table|rpc)\w*\s*[.(]\s*\w*)|\b(?:Fetch|Get|Query|Exec|Find|Load|Put|"
    r"Post|fetch|query|execute|find|load|select)\w*\("
)
BATCH = re.compile(r"batch|bulk|many|executemany|gather|chunk|pipeline|IN \(|mget|prefetch", re.I)
GROW = re.compile(
    r"\bappend\(|\.append\(|\.push\(|\.add\(|\[[^\]]*\w[^\]]*\]\s*(?::=|=)(?!=)|\.put\(|setdefault\(|\+=\s*\["
)
BOUND = re.compile(
    r"\bevict|\bpop\(|popitem|maxlen|max_?size|\blimit|\bcap\(|\bdelete\b|\bdel\s|\bttl\b|lru|trim|clear\(|expire",
    re.I,
)
CLEANUP = re.compile(
    r"\b(?:close|release|unlock|cancel|free|dispose|shutdown|evict|delete|pop|clear|rollback|unsubscribe|stop)\w*\s*\(|\bdefer\b|\bfinally\b|\bwith\s|\busing\b",
    re.I,
)
LOCK = re.compile(
    r"(?<![A-Za-z])(?:lock|mutex|synchronized|semaphore|acquire|exclusive|serializable"
    r"|FOR UPDATE)\w*\b",
    re.I,
)
CACHE = re.compile(r"cache|memo|ttl|lru", re.I)
LEVEL = re.compile(r"\b(trace|debug|info|warn|warning|error)\b", re.I)
LEVEL_KEY = re.compile(r"log|level|verbos", re.I)
ERROR = re.compile(
    r"\b(?:catch|except|rescue|recover|raise|throw|panic|err\b|error|fallback|default:)|return\s+(?:nil|None|null)",
    re.I,
)
SQL = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|JOIN|WHERE|ORDER BY|INDEX|ALTER|CREATE TABLE)\b"
)
BLOCKING = re.compile(
    r"\bsleep\(|time\.Sleep|Thread\.sleep|\.join\(|\.wait\(|re\.compile|MustCompile|json\.dumps|Marshal|deepcopy|sorted\(|pbkdf2|bcrypt|sha\d+\(|fsync",
    re.I,
)
CONDITION = re.compile(
    r"^\W*(?:if|elif|else if|unless|while|when|case|assert|guard|require)\b"
    r"|\breturn\b.*(?:<=|>=|==|!=|<|>|&&|\|\||\b(?:and|or|not|Before|After|Equal)\b)|\s\?\s.*\s:\s"
)
LIMIT = re.compile(
    r"timeout|deadline|max_?\w+|\blimit\w*|ceiling|throttle|rate_?limit|maxlen", re.I
)
TASK = re.compile(
    r"\bgo\s+\w|\b(?:spawn|create_task|ensure_future|setInterval|submit|run_in_executor|Thread)\("
    r"|\bwhile\s+(?:True|true|1)\b|\bfor\s*\{"
)
INDEX = re.compile(r"\bDROP\s+INDEX\b|\bdrop_index\b|\bremove_index\b|\bdropIndex\b", re.I)
FUNCTION_ON_COLUMN = re.compile(
    r"\b(?:WHERE|AND|OR|ON|BY)\b[^;]*?\b(?:lower|upper|trim|substr|substring|cast|coalesce|date|abs|"
    r"concat|replace)\s*\(\s*[a-z_]",
    re.I,
)
VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)?")
PAUSE = re.compile(r"\bsleep\(", re.I)
OWN = re.compile(r"^(?!.*(?:lock|mutex|semaphore|acquire|transaction|exclusive)).*\(", re.I)
VALUE = re.compile(r"([A-Za-z_][\w.\-\[\]\"']*)\"?\s*(?::=|=(?!=)|:(?![:=]))\s*")
INTERVAL = re.compile(r"interval|every|period|poll|cron|schedule|delay|backoff|sleep", re.I)
SELECTION = re.compile(r"\b(?:WHERE|JOIN|LIMIT)\b.*?(?=\bORDER BY\b|\bGROUP BY\b|$)", re.I)
FUNCTION = re.compile(r"\b(?:def|func|function|fn|fun|void)\b|=>")
