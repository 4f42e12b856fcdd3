"""Small words that turn a sentence: negation, limits, plans, possibility, opposites. Patterns only, no decisions."""

from __future__ import annotations

import re

NEGATION = re.compile(
    r"\b(?:not|never|cannot|none|neither|nor|nobody|nothing|no one|no longer)\b|n['’]t\b|"
    r"\bno\b(?!\s+(?:later|more|less|longer than|shorter|lower|fewer|earlier|sooner|other than|matter)\b)(?!\.)|"
    r"\b(?:is|are|was|were|be|been|being|remains?|stays?)\s+(?:\w+\s+)?"
    r"(?:unavailable|discontinued|impossible|absent)\b|\bexcluded\b|\black(?:s|ing)?\b|"
    r"\bout(?:side)?(?: of)? (?:the )?scope\b|\bexempt(?:ed)?\b|\bfree (?:of|from)\b|\brefrains? from\b|"
    r"\brather than\b",
    re.I,
)
NO_NEGATION = re.compile(
    r"\bnot\s+(?:only|just|later than|more than|less than|limited to|to exceed|exceed(?:ing)?|before|until|merely)\b|"
    r"\bwhether or not\b|\bdoes and does(?:n['’]t| not)\b|\bmay or may not\b|\bno later\b|"
    r"\bno exceptions? (?:was|were|noted|found|identified)\b|\bexceptions? (?:was|were) not\b|"
    r"\bwithout (?:any )?(?:exceptions?|delay|undue delay|limit(?:ation)?s?|restrictions?|interruption|fail)\b|"
    r"\bnot without\b|\bwith no\b|\bno less\b|\bif not\b|\bnot (?:yet )?all\b|\bnot every\b|\bnot always\b|"
    r"\bat no (?:extra |additional |further )?(?:cost|charge)\b|\bin no case more\b",
    re.I,
)
FREE = re.compile(r"\b(?:charge|cost|fee|extra|price|free)\b", re.I)
FORBIDS = re.compile(
    r"\b(?:prohibit(?:s|ed|ing)?|prohibition|forbid(?:s|den)?|ban(?:s|ned)?|disallow(?:s|ed)?|"
    r"not (?:be )?(?:permitted|allowed))\b",
    re.I,
)
HINDERS = re.compile(
    r"\b(?:block(?:s|ed|ing)?|disabl(?:e|es|ed|ing)|prevent(?:s|ed|ing)?|refus(?:e|es|ed|ing)|reject(?:s|"
    r"ed|ing)?|den(?:y|ies|ied))\b",
    re.I,
)
PERMITS = re.compile(
    r"\b(?:allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|may|can|could|possible|able to|usable|use|"
        r"uses|used|using|accept(?:s|ed)?|"
    r"accessible|support(?:s|ed)?)\b", re.I
)  # fmt: skip
ASKS_LEAVE = re.compile(
    r"\b(?:allow(?:s|ed|ing)?|permit(?:s|ted)?|may|can|could|possible|able to|accept(?:s|ed)?|enabled?|use|"
    r"uses|used|authori[sz]ed to)\b",
    re.I,
)
_OPPOSITE_PAIRS = (
    (r"mandatory|compulsory|obligatory|enforced?s?", r"optional|voluntary|opt-in"),
    (
        r"dedicated(?=$|[.,;]| (?:\w+ )?(?:environment|instance|infrastructure|server|hardware|database|"
        r"hosting|cloud|edition))|single[- ]tenant",
        r"shared(?= (?:\w+ )?(?:environment|instance|infrastructure|server|hardware|database|hosting|cloud|"
        r"service|edition))|"
        r"(?:is|are) shared|shared(?=\W*$)|multi[- ]tenant|pooled",
    ),
    (r"encrypted|encryption|hash(?:ed|es)?", r"unencrypted|plain ?text|clear ?text|in the clear|plain text"),
    (r"manual(?:ly)?", r"automatic(?:ally)?|automated"),
    (r"enabled?|switched on|turned on", r"disabled?|switched off|turned off"),
    (r"included?|part of the (?:price|fee|subscription)", r"charged separately|extra charge"),
    (r"individual|unique|personal accounts?", r"shared|generic|group accounts?"),
    (
        r"independent|third[- ]party|external",
        r"(?:our|its|their) own (?:staff|employees|engineers|team|personnel|developers)|in-house|internal team",
    ),
    (r"(?:within|inside) (?:the )?(?-i:[A-Z])\w*", r"leav(?:e|es|ing)|outside (?:of )?(?:the )?(?-i:[A-Z])\w*"),
    (r"offline|without (?:a |an )?connection", r"(?:requires?|needs?) (?:a |an )?(?:\w+ ){0,2}connection|online only"),
    (
        r"(?<!no )(?:additional|extra|further) (?:costs?|charges?|fees?)|surcharges?|charged",
        r"no (?:additional|extra|further) (?:costs?|charges?|fees?)|free of charge|included",
    ),
    (r"single[- ]factor|passwords? (?:alone|only)", r"(?:second|multi|two)[- ]factor|2fa|mfa"),
    (r"permanent(?:ly)?|standing", r"temporary|temporarily|time-limited|expires?|ends by itself"),
    (r"current|valid|in force", r"expired|lapsed|revoked|withdrawn|out of date"),
    (r"supported", r"end of life|end-of-life|deprecated|retired"),
    (r"conform(?:s|ant)?|compl(?:y|ies|iant)", r"non-?conform(?:s|ant|ity)?|non-?compliant"),
)
OPPOSITES = tuple((re.compile(rf"\b(?:{a})\b", re.I), re.compile(rf"\b(?:{b})\b", re.I)) for a, b in _OPPOSITE_PAIRS)
"""What the question asks by one side and the sentence tells by the other is turned round."""

PARTLY = re.compile(
    r"\b(?:partly|partially|in part|parts? of the|parts of|not (?:yet )?all|not every|not always|some of|some|"
    r"(?<!at )most|mostly|mainly|primarily|"
    r"in some cases|to some extent|certain|selected|a subset|a few|half of|where (?:possible|feasible|"
    r"practicable)|best effort|"
    r"with (?:some |the )?exceptions?|with limitations|limited (?:support|availability|extent)|"
    r"\d+ of (?:the )?\d+|of (?:the )?\d+ [\w ]{1,30}, \d+)\b|\bexcept(?:ions?|ing)?\b|\bexcluding\b|"
    r"\bwith the exception\b|\bapart from\b|\bother than\b",
    re.I,
)
CONDITION = re.compile(
    r"\b(?:unless|only (?:in|for|with|on|to|when|where|if|from|as|by|the|after|upon|under|during|via|"
    r"through|available|applies)|"
    r"available only|only available|applies only|(?:is|are) (?:limited|restricted|confined) to|"
    r"for an additional|subject to availability|"
    r"(?:by|for|in|with|to|on) (?:the |an? )?(?:\w+ ){1,3}only|"
    r"if (?:the |a |their |its |your |our )?(?:customer|tenant|administrator|client|user|controller)s?|"
    r"(?:on|upon|by) request|at (?:an )?(?:extra|additional) (?:charge|cost|fee)|(?:as an|is an|"
    r"are) (?:option|add-on|optional)|"
    r"optional(?:ly)?|opt-in|when (?:enabled|configured|switched on|turned on|requested)|"
    r"(?:can|may) be (?:enabled|configured|switched on|turned on|activated|requested|booked|ordered)|"
    r"(?:can|may) be (?:disabled|switched off|turned off|deactivated)|can opt out|add-on)\b",
    re.I,
)
RESTRICTS = re.compile(
    r"\b(?:only|restrict(?:s|ed|ing|ion)?|limit(?:s|ed|ing)?|confined|exclusively|solely|sole|"
    r"no one (?:else|other)|nobody else|need-to-know|"
    r"least privilege|named (?:staff|persons?|engineers?|individuals?|custodians?))\b",
    re.I,
)
EVERYONE = re.compile(
    r"\b(?:all|every|any|everyone|anyone|everybody|anybody|unrestricted|freely|public(?:ly)?)\b", re.I
)
UNIVERSAL = re.compile(
    r"\b(?:all|every|each|always|entire|entirely|fully|full|complete(?:ly)?|whichever|regardless|"
    r"at all times|100 ?%|whole|"
    r"without exception|everywhere|throughout|in every case|universally)\b",
    re.I,
)
NARROW = re.compile(
    r"\b(?:production|critical|privileged|administrators?|administrator accounts|admin accounts|"
    r"high[- ]risk|sensitive|new|internal|"
    r"engineers?|developers?|managers?|ordinary|standard|(?:severity|priority|tier|level|class|p|"
    r"sev)[ -]?[1-4]|remote|external|full-time|enterprise|premium|"
    r"dedicated|eu|european|pdf|web)\b",
    re.I,
)
BY_DEFAULT = re.compile(r"\b(?:by default|as standard|out of the box|automatically|standard feature|included)\b", re.I)
ENFORCED = re.compile(r"\b(?:enforc\w*|mandatory|required?|requires|compulsory|must|obligatory|always|shall)\b", re.I)
AVAILABILITY = re.compile(
    r"\b(?:support|offer|provide|available|can|could|possible|able|option|optional|allow|permit|may|enable|"
    r"capab\w*|feature)s?\b",
    re.I,
)
PLANNED = re.compile(
    r"\b(?:(?:is|are|was|were|been|currently) planned|planned for|(?:plans?|planning|intends?|aims?) to (?:\w+ )?"
    r"(?:introduc|add|support|offer|implement|obtain|achiev|launch|releas|provid|deliver|migrat|roll|"
    r"certif|build|replac|extend)\w*|on (?:our|"
    r"the) road ?map|road ?map|not yet|not currently|"
    r"currently not|not at present|not at this time|in development|under development|(?:is|"
    r"are) being (?:developed|introduced|"
    r"rolled out|implemented|built|prepared|evaluated)|work(?:ing)? (?:towards|on obtaining)|in progress|"
    r"underway|under way|"
    r"(?:is|are) scheduled for|in a future|future release|upcoming|will be (?:\w+ )?(?:available|"
    r"introduced|added|released|rolled out|"
    r"supported|implemented) (?:in|by|from|with|during|later)|targeted for|expected (?:in|by)|"
    r"to be (?:introduced|implemented|defined|"
    r"determined)|pending|planned)\b(?! (?:maintenance|downtime|interval|outage|changes?|work))",
    re.I,
)
ASKS_PLAN = re.compile(r"\b(?:plan(?:s|ned|ning)? (?:to|for)|road ?map|intend|future)\b|\bplanned\b", re.I)
MAY = re.compile(r"\b(?:may|might|could)\b(?! not\b)", re.I)
CAN = re.compile(r"\b(?:can|may|could|might|possible|able to|permit\w*|allow\w*|right to|entitled to|option)\b", re.I)
DISCLOSES = re.compile(
    r"\b(?:shar(?:e|es|ed|ing)|disclos\w*|sell|sells|sold|transfer\w*|collect\w*|track\w*|monitor\w*|subcontract\w*)\b",
    re.I,
)
REQUIRES = re.compile(
    r"\b(?:requir(?:e|es|ed|ing)|need(?:s|ed)?|mandatory|must|obtain(?:s|ed)?|necessary|depend(?:s|"
    r"ent)? on|subject to|enforced|compulsory|"
    r"only (?:after|with|upon|on|when|if|once))\b",
    re.I,
)
NOT_APPLICABLE = re.compile(
    r"\bnot applicable\b|(?<![\w/])n/a(?=\s*(?:[.,;:()–—-]|$))|\bdoes not apply\b(?=[.,;]| (?:to (?:us|our|"
    r"the (?:service|product))|because|as |since))",
    re.I,
)
EXPIRED = re.compile(
    r"\b(?:expired|lapsed|no longer valid|withdrawn|revoked|was valid until|ended on|has ended)\b", re.I
)
EXCEPTIONS = re.compile(r"\b(?:exceptions?|exemptions?|exclusions?|deviations?|waivers?)\b", re.I)
WITHOUT = re.compile(
    r"\bwithout (?:any |an? |the |prior |our |your |their )*"
    r"(?P<what>[\w'’-]{1,40}(?: (?!and\b|or\b|is\b|are\b)[\w'’-]{1,40}){0,3})",
    re.I,
)
OUTSIDE = re.compile(
    r"\b(?:outside(?: of)?|leav(?:e|es|ing)|beyond|out of) (?:the )?(?P<what>[\w-]+(?: (?!by\b|or\b|"
    r"and\b)[\w-]+){0,3})",
    re.I,
)
STAYS = re.compile(r"\b(?:stays?|remains?|stored|hosted|processed|kept|located|held|within|inside)\b", re.I)
NO_EXCEPTIONS = re.compile(
    r"\b(?:no|without(?: any)?|not an?) (?:exceptions?|exclusions?)\b|\bexceptions? (?:was|were|are) not\b", re.I
)
GRADE = re.compile(r"^(?:severity|priority|tier|level|class|p|sev)[ -]?[1-4]$", re.I)
ALL_OF_SOME = re.compile(
    r"\b(?:all|every|each) (?:[\w-]+ ){0,3}(?:production|critical|privileged|administrators?|admin|"
    r"high-risk|sensitive|new|internal|engineers?|developers?|"
    r"managers?|remote|external)\b",
    re.I,
)
"""A whole that is a part: "all administrator accounts" is not all accounts."""
ASKS_FORCE = re.compile(r"\b(?:enforc\w*|mandatory|compulsory|obligatory|required(?! to\b)|requires?(?! to\b))\b", re.I)
FORCES = re.compile(
    r"\b(?:enforc\w*|mandatory|compulsory|obligatory|required?s?|requires|must|shall|has to|have to|always|"
    r"only|without exception|cannot|refus\w+|"
    r"block\w*|forced?|needs?|all|every|each|automatic\w*|is (?:checked|applied|done)|are (?:checked|applied|done))\b",
    re.I,
)
ASKS_EXPIRY = re.compile(r"\b(?:expir\w*|lapse\w*|revo\w*|withdraw\w*|valid|current|terminat\w*|ended?)\b", re.I)
ATTESTED = re.compile(
    r"\b(?:certifi\w*|attest\w*|audited|accredit\w*|soc ?[123]|iso(?:/iec)? ?\d|pci|hitrust|fedramp)\b", re.I
)
SUPPLIERS = re.compile(
    r"\b(?:aws|amazon|azure|microsoft|google|gcp|hosting providers?|cloud providers?|sub-?processors?|suppliers?|"
    r"data ?cent(?:er|re)s?|infrastructure providers?)\b",
    re.I,
)
OTHERS = re.compile(
    rf"^\W*(?:the |our |its |their )?(?:[A-Z]\w+ )?{SUPPLIERS.pattern}(?! (?:\w+ )?(?:region|account)s?)", re.I
)
"""A sentence whose subject is somebody else: a hosting provider's certificate is not the vendor's."""
CERTIFICATE = re.compile(r"\b(?:certificat\w*|attestation|report|accreditation|licen[cs]e|registration)\b", re.I)
KEEPS = re.compile(r"\b(?:retain\w*|retention|keep|kept|keeps|preserv\w*)\b", re.I)
DELETES = re.compile(r"\b(?:delet\w*|eras\w*|destroy\w*|purg\w*|wiped)\b", re.I)
NOT_EVEN = re.compile(r",? not even (?:by|for|in|with|to|from|on) [^,.;]{1,60}", re.I)
CHOSEN = re.compile(
    r"\boption|\brequest\b|\bcharge\b|\bfee\b|\badd-on\b|\bopt-in\b|\b(?:can|may) be (?:\w+ )?"
    r"(?:enabled|disabled|activated|deactivated|configured|switched|turned|requested|booked|ordered)\b",
    re.I,
)
