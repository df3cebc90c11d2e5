"""What a follow-up asks about, by the words that people use for it. First match wins: what is
specific stands before what is general."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Topic(StrEnum):
    """A question that the engine answers without a model; the value is an example of it."""

    HELP = "help"
    EVIDENCE = "show evidence E3"
    SIMILAR = "has this happened before?"
    ROLLBACK = "what if I roll back?"
    CONFIDENCE = "how sure are you?"
    OWNER = "who owns it?"
    GAPS = "what is missing?"
    WHY_NOT = "why not the frontend deploy?"
    STEER = "look at the database instead"
    WHY_SUSPECT = "why this suspect?"
    CHANGES = "what changed?"
    PATH = "how did it reach checkout?"
    REQUESTS = "which requests fail?"
    IMPACT = "what is the impact?"
    SINCE = "since when, and is it still going on?"
    REMEDY = "what should I do?"
    CHECKS = "what should I check next?"
    ANOMALIES = "what is anomalous?"
    SUMMARY = "what happened?"


_CHANGE = (
    r"(?:changes?|commits?|deploy(?:ment|s)?s?|releases?|flags?|config(?:uration)?s?|suspects?)"
)
_WORDS: Mapping[Topic, tuple[str, ...]] = {
    Topic.HELP: (r"^\W*(?:help(?: me)?|\?|what can (?:you|i) (?:do|ask|answer)\b.*)\W*$",),
    Topic.EVIDENCE: (
        r"^\W*(?:(?:can|could|may) (?:i|we) )?(?:show|open|see|give|print|read|display)\b.*"
        r"\bE\d+\b.*$",
        r"^\W*(?:and\s+)?(?:evidence\s+)?E\d+(?:\s+please)?\W*$",
        r"\bwhat (?:does|is|says?) (?:evidence )?E\d+\b",
    ),
    Topic.SIMILAR: (
        r"\b(?:happen(?:ed)?|seen?|had) (?:\w+ ){0,4}before\b",
        r"\bsimilar\b",
        r"\bpast incidents?\b",
        r"\bfirst time\b",
        r"\bhappened already\b",
        r"\bhappen(?:ed)?\b.*\b(?:last|previous|other|earlier|too|as well)\b",
        r"\brepeat of\b",
        r"\bolder incidents?\b",
    ),
    Topic.ROLLBACK: (
        r"\b(?:roll(?:ing|ed)?[\s-]?back|rollback|revert(?:ing)?|undo(?:ing)?|back ?out)\b",
    ),
    Topic.CONFIDENCE: (
        r"\bhow (?:sure|certain|confident|reliable)\b",
        r"\bconfiden(?:ce|t)\b",
        r"\b(?:are )?you (?:so )?(?:sure|certain)\b",
        r"\bhow do you know\b",
        r"\b(?:you|this|that|it) be wrong\b",
    ),
    Topic.OWNER: (
        r"\bwho(?:m|se)?\b.*\b(?:own|owns|owner|page|call|responsible"
        r"|team|contact|ask|wake|on.?call|maintains?)\b"
        r"",
        r"\bowner\b",
        r"\bwhose\b",
        r"\bwhich team\b",
    ),
    Topic.GAPS: (
        r"\bmissing\b",
        r"\bgaps?\b",
        r"\bblind spots?\b",
        r"\bwhat (?:don'?t|do not|can'?t) (?:you|we) know\b",
        r"\bunknown\b",
        r"\b(?:data|telemetry|signals?) (?:do|did) you (?:lack|miss|not have)\b",
        r"\byou lack\b",
    ),
    Topic.WHY_SUSPECT: (
        rf"\bwhy (?!not|\w+n\'t|did you (?:rule|exclude))(?:(?:is )?(?:this|that|the)"
        rf" )?(?:\S+ ){{0,4}}(?:{_CHANGE}|suspected|guilty|blamed"
        r"|blame|cause|culprit|verdict)\b",
        r"\bwhat makes\b",
        r"\bexplain (?:the )?(?:suspect|verdict|cause)\b",
        r"^\W*(?:but )?why\W*$",
        r"\bwhy do you (?:think|suspect|blame|say)\b",
        r"\broot cause\b",
        r"\bwhat caused\b",
        r"\bwhy did (?:it|this)\b",
        r"\b(?:your|the) reason(?:s|ing)\b",
        r"\bthe evidence (?:for|behind)\b",
        r"\bhow did you (?:come|get|arrive|conclude|decide)\b",
        r"\bspeaks for\b",
    ),
    Topic.WHY_NOT: (
        r"\bwhy (?:not|isn'?t|wasn'?t|is it not|can'?t)\b",
        rf"\b(?:could|might|can|may|was|is) (?:it|this|that) (?:also |rather |not )?(?:be"
        rf" |have been |because of )?(?:the |an? )?(?:\S+ ){{0,4}}{_CHANGE}\b",
        r"\brul(?:ed?|ing) out\b",
        r"\binnocent\b",
        rf"\bwhat about (?:the )?(?:\S+ ){{0,4}}{_CHANGE}\b",
        r"\bisn'?t it\b",
        rf"\b(?:could|can|might|may|would) (?:the |an? )?(?:\S+ ){{0,4}}{_CHANGE}\b",
        rf"\bdid you (?:consider|check|look at|think of)\b.*\b{_CHANGE}\b",
        rf"^\W*(?:and|or) (?:the |an? )?(?:\S+ ){{0,4}}{_CHANGE}\W*$",
    ),
    Topic.CHECKS: (
        r"\bwhat (?:should|can|could|else|to)\b.*\bcheck\b",
        r"\bnext checks?\b",
        r"\bhow (?:can|do|could) i (?:verify|confirm|check)\b",
        r"\bverify\b",
        r"\bwhat (?:else|next) (?:\w+ )*(?:look|check|try|examine)\b",
    ),
    Topic.STEER: (
        r"\b(?:look|check|focus|dig|concentrate|investigate)\b.*\b(?:instead|rather)\b",
        r"\bwhat about\b",
        r"\bhow about\b",
        r"\bcould (?:it|this) be\b",
        r"\bis (?:it|this) (?:the|caused by)\b",
        r"\bmight (?:it|this) be\b",
        r"\bmaybe (?:it'?s|it is|the)\b",
        r"\bi (?:think|suspect|bet|guess|believe)\b",
        r"\blook (?:at|into)\b",
        r"\bfocus on\b",
        r"\bsuppose\b",
        r"\bassume\b",
        r"\bcause of (?:this|it)\b",
        r"\bto blame\b",
        r"\bis (?:it|this) (?:an? )?(?!over|fixed|ongoing|resolved)\w+\W*$",
        r"\bwhat if (?:it|this)\b",
        r"^\W*(?:maybe|perhaps|or) (?:the |it\'s )?\w+\W*$",
    ),
    Topic.CHANGES: (
        r"\bwhat(?:'s| has| was| is)? (?:been )?changed?\b",
        r"\bwhich changes\b",
        rf"\b(?:list|show)\b.*\b{_CHANGE}\b",
        r"\bwhat (?:was|has been|got|is) (?:deployed|released|shipped|rolled out)\b",
        r"\b(?:any|recent|latest|new) (?:changes?|deploy(?:ment)?s?|commits?|releases?)\b",
        r"\bwho (?:deployed|changed)\b",
        r"\bwhat(?:'s| is) new\b",
        r"\bdid (?:any\w+|some\w+) (?:deploy|change|release|ship|merge|push|touch|flip)",
        r"\bwhat (?:went|rolled) out\b",
        rf"\b(?:which|what|any|were there|list|show)\b.*\b{_CHANGE}\b",
        r"\b(?:any\w+|some\w+|what(?:\'s| is)?) (?:new|changed|different)\b",
        rf"\b(?:was|is|were) there (?:an? |any )?(?:\S+ ){{0,2}}{_CHANGE}\b",
        r"\b(?:configuration|config|settings?|flags?) (?:been"
        r" )?(?:modified|changed|touched|flipped)\b",
    ),
    Topic.PATH: (
        r"\bhow (?:did|does|do|can|could) .*\b(?:reach|spread|affect|lead|get"
        r" to|cause|propagate)\w*\b",
        r"\bcausal path\b",
        r"\bpath\b",
        r"\bchain\b",
    ),
    Topic.REQUESTS: (
        r"\bwhich (?:\w+ )?(?:requests?|customers?|regions?|versions?|tenants?|calls)\b",
        r"\bbreak(?:s|ing)? (?:it |this |them )?down\b",
        r"\bbreakdown\b",
        r"\bin common\b",
        r"\ball (?:of )?(?:the )?requests\b",
        r"\b(?:only|just) (?:one|some|a few|certain|part)\b",
    ),
    Topic.IMPACT: (
        r"\bimpact\b",
        r"\bwho(?:m)? (?:is|are|does|was|were)\b.*\b(?:affect|hurt|hit|impact|concern)",
        r"\bhow (?:many|much|bad|severe|big|wide)\b",
        r"\bblast radius\b",
        r"\bwhat (?:else )?(?:is|was) (?:affected|hit|hurt)\b",
        r"\b(?:users?|customers?) (?:affected|hit)\b",
        r"\bwhich (?:endpoints?|services)\b",
        r"\bseverity\b",
        r"\b(?:is|are|was|were) (?:\S+ ){1,3}(?:affected|impacted|hurt|hit)\b",
        r"\b(?:customers?|users?|people) (?:\w+ )?(?:see|seeing|getting|notice|noticing)\b",
        r"\b(?:what|which) (?:services|systems|endpoints) (?:are|is|were)\b",
    ),
    Topic.SINCE: (
        r"\bsince when\b",
        r"\bwhen (?:did|was|has)\b",
        r"\bstill (?:going|happening|ongoing|broken|failing|slow|down|on)\b",
        r"\b(?:is|are) (?:it|they|(?:the )?errors?|(?:the )?\w+) (?:over|fixed|resolved|ongoing)\b",
        r"\bongoing\b",
        r"\bhow long\b",
        r"\bonset\b",
        r"\bover (?:now|yet)\b",
        r"\brecovered\b",
        r"\bdid it (?:stop|end|recover)\b",
    ),
    Topic.REMEDY: (
        r"\bwhat (?:should|can|could|do|must|shall) (?:i|we|they) (?:do|try)\b",
        r"\bhow"
        r" (?:do|can|could|should|to)\b.*\b(?:fix|mitigate|solve|resolve|stop|repair|recover)\b",
        r"\bfix\b",
        r"\bmitigat\w+\b",
        r"\bremed\w+\b",
        r"\bwhat now\b",
        r"\bnext steps?\b",
    ),
    Topic.ANOMALIES: (
        r"\banomal\w+\b",
        r"\bunusual\b",
        r"\babnormal\b",
        r"\bodd\b",
        r"\bweird\b",
        r"\bdeviat\w+\b",
        r"\bsymptoms?\b",
        r"\bwhat(?:'s| is) (?:wrong|up|going on|happening|broken) (?:with|in|on)\b",
        r"\bwhat do (?:you|we) see\b",
        r"\bwhich (?:series|metrics|logs|signals)\b",
        r"\berror (?:logs|messages)\b",
        r"\b(?:do|does|did) the (?:logs?|metrics?|traces?|errors?)\b",
        r"\b(?:logs?|metrics?|traces?) (?:say|show|tell)\b",
        r"\blooks? (?:off|wrong|bad|strange)\b",
        r"\bhow (?:is|are) (?:\S+ ){1,3}doing\b",
    ),
    Topic.SUMMARY: (
        r"\bsummar\w+\b",
        r"\btl;?dr\b",
        r"\bwhat (?:happened|happens|was it|is it|broke|failed)\b",
        r"\bwhat(?:'s| is) (?:going on|wrong|the"
        r" (?:cause|problem|verdict|matter|story|reason))\b",
        r"\brecap\b",
        r"\bverdict\b",
        r"\bagain\b",
    ),
}
_PATTERNS = {topic: re.compile("|".join(words), re.IGNORECASE) for topic, words in _WORDS.items()}
_EVIDENCE_ID = re.compile(r"\bE\d+\b", re.IGNORECASE)


def topic_of(text: str) -> Topic | None:
    """The topic of a follow-up; None when no words of one are in it."""
    return next((topic for topic, words in _PATTERNS.items() if words.search(text)), None)


def evidence_ids(text: str) -> tuple[str, ...]:
    """Evidence ids that a text names, in order, each once."""
    return tuple(dict.fromkeys(match.upper() for match in _EVIDENCE_ID.findall(text)))
