"""Words that say the same and words that say the opposite, written by hand for policies, contracts and reports.

A synonym only helps to find the sentence that a claim comes from, so a near-synonym may stand here; an opposite is
a reason to refuse a claim, so only pairs that turn a sentence round stand here. Both are looked up by stem.
"""

from __future__ import annotations

from functools import lru_cache

from rfp_responder.text import stem

# between two commas, one sense: the first word's stem stands for all
_SYNONYMS = """
employee staff personnel worker workforce colleague, customer client, vendor supplier, contractor subcontractor,
company firm corporation organization organisation enterprise business, remain stay, default preset, suit fit, keep
kept retain retention retained hold held preserve store stored storage, delete deletion erase erasure remove removal
purge, destroy destruction dispose disposal, ensure guarantee assure, perform conduct execute carry undertake
undertaken, review examine assess assessment evaluate evaluation inspect inspection check, approve approval authorise
authorize authorization authorisation sanction, permit permission allow grant let, prohibit prohibited prohibition
forbid forbidden ban banned disallow disallowed, deny denied block blocked refuse refused, notify notification inform
alert, report tell told announce communicate, purchase buy bought acquire procure acquisition, sell sold sale, use
usage utilize utilise utilization employ apply applied, begin began begun start commence, end ended terminate
termination conclude finish expire expiry expiration, increase increased grow grew grown growth rise rose risen climb,
decrease decreased decline declined drop dropped fall fell fallen reduce reduction lower lowered lessen, large big
great, small little minor, quick quickly fast rapid rapidly swift, slow slowly, immediate immediately promptly
instantly, annual annually yearly, help assist assistance aid, obtain get got receive receipt gain acquired, provide
supply offer deliver give gave given furnish, require requirement demand need necessary mandatory compulsory
obligatory obligate, optional voluntary discretionary, show shown demonstrate indicate display, document record log
recorded, monitor watch observe oversee, incident breach, laptop notebook, phone telephone, mobile cellular, password
passphrase, administrator admin, connection connect link, fix repair correct correction remedy remediate remediation
resolve resolution, replace replacement substitute, create make made build built develop produce establish
establishment, change alter modify modification amend amendment modified, test trial, update upgrade patch, protect
protection safeguard secure guard, encrypt encryption encipher, decrypt decryption decipher, restore restoration
recover recovery, respond response answer reply, request ask, choose chose chosen select selection pick, decide
decision determine determination, send sent transmit transmission transfer, train training educate education teach
taught, train trained, agreement contract, rule regulation, law statute legislation, cost price expense expenditure,
fee charge, revenue sales turnover, profit income earnings, pay paid payment, owe owed debt, find found discover
detect detection identify identification, cause lead led trigger, occur happen arise arose, include contain comprise
encompass, exclude exclusion omit omitted, maintain upkeep, main principal chief primary key major, approximate
approximately roughly circa nearly almost, method way approach technique, place location site, country nation state,
area region zone, part portion component, fully entirely completely wholly whole entire complete, partial partially
partly, independent impartial unaffiliated, external outside outward, internal inside in-house inhouse, inbound
incoming ingress, outbound outgoing egress, automatic automatically automated, manual manually, weekly week, daily
day, people person individual, child children kid, woman women, man men, car vehicle automobile, doctor physician,
illness disease sickness, scientist researcher, movie film, dangerous hazardous harmful unsafe, safe harmless, easy
simple simpler easily easier, difficult hard harder, important significant essential crucial vital critical, common
frequent frequently usual, rare rarely seldom infrequent infrequently uncommon, bad poor worse worst, good well better
best, old aged, quarter quarterly, say said state stated statement, know knew known knowledge, think thought believe
belief believed, see saw seen, write wrote written, speak spoke spoken, become became, run ran, come came, go went
gone, lose lost loss, win won, drive drove driven, break broke broken, wear worn, forget forgot forgotten, meet met,
leave left depart, prevent prevention avoid avoidance avert, limit restrict restriction restricted limitation confine,
share shared disclose disclosure, private confidential confidentiality, physical physically, available availability
accessible, unavailable inaccessible, backup copy, vulnerability weakness flaw, malware virus, server host,
responsible responsibility accountable accountability, evaluate appraise, audit auditor, quarantine isolate isolation,
compliance comply conform conformance conformity adherence adhere, analysis analyse analyze analyses, defence defense,
licence license, centre center, colour color, behaviour behavior, programme program, europe european, america
american, france french, germany german, ireland irish, netherlands dutch, canada canadian, britain british, china
chinese, japan japanese, spain spanish, strong stronger strongest strength strengthen, high higher highest height, low
lowest, long longer longest length, short shorter shortest, early earlier, late later, near close, maximum most
ceiling, minimum least, permanently permanent, temporary temporarily, reject rejection rejected, accept acceptance
accepted, enable enabled activate activated, disable disabled deactivate deactivated, successor successful success
succeed, failure fail failed, global globally worldwide international internationally, regional regionally, mfa
multifactor, suspend suspension suspended, member participant, money fund
""".strip()

_OPPOSITES = """
permit/prohibit permit/deny permit/prevent accept/reject accept/deny approve/reject approve/deny permit/revoke
enable/disable inbound/outbound before/after least/most minimum/maximum above/below over/under increase/decrease
include/exclude internal/external internal/independent private/public encrypt/decrypt encrypted/plaintext
require/optional require/prohibit all/none every/none most/none always/never often/never sometimes/never often/rare
common/rare full/partial fully/partial automatic/manual active/inactive online/offline symmetric/asymmetric
temporary/permanent single/multiple primary/secondary main/secondary main/minor upstream/downstream high/low
higher/lower high/decrease more/less more/fewer many/few early/late begin/end open/close open/closed opened/closed
success/failure pass/failure known/unknown production/staging production/test shared/dedicated share/dedicated
physical/logical physical/virtual direct/indirect hot/cold hot/cool warm/cool warm/cold heat/cool best/worst good/bad
large/small strong/weak strengthen/weaken true/false raise/decrease raise/lower purchase/sell easy/difficult
quick/slow quicker/slower global/regional global/local global/national with/without connect/disconnect attach/detach
install/uninstall lock/unlock create/destroy create/delete add/remove add/delete add/subtract insert/delete
employ/dismiss hire/dismiss hire/fire upload/download import/export encode/decode import/exported push/pull read/write
sender/recipient send/receive send/obtain lend/borrow lender/borrower asset/liability assets/liabilities profit/loss
profit/lose gain/loss gain/lose obtain/lose credit/debit debtor/creditor current/former current/noncurrent
current/previous current/historical current/future new/old young/old modern/ancient first/last initial/final
initial/last previous/next previous/subsequent prior/subsequent former/latter precede/follow before/following
prior/following up/down upper/lower upward/downward inside/outside inner/outer interior/exterior internal/foreign
domestic/foreign domestic/international domestic/global left/right north/south east/west northern/southern
eastern/western top/bottom front/back front/rear long/short tall/short deep/shallow wide/narrow broad/narrow
thick/thin heavy/light dark/light dark/bright light/darkness dry/wet hard/soft rough/smooth sharp/blunt clean/dirty
empty/full fill/empty expand/contract expand/shrink expansion/contraction extend/shorten lengthen/shorten
positive/negative plus/minus major/minor majority/minority greater/less greater/lesser greater/fewer great/less
great/small better/worse stronger/weaker faster/slower larger/smaller superior/inferior rich/poor expensive/cheap
costly/cheap presence/absence present/absent exist/lack have/lack support/oppose favour/oppose favor/oppose
agree/disagree attack/defend attack/defence allied/enemy friend/enemy victory/defeat win/lose winner/loser win/defeat
love/hate like/dislike trust/distrust trusted/untrusted life/death alive/dead live/die birth/death born/died
healthy/sick health/illness safe/dangerous safety/danger cause/prevent cause/cure promote/prevent promote/inhibit
promote/hinder promote/demote help/hinder help/harm help/prevent ensure/prevent encourage/discourage
facilitate/prevent facilitate/hinder facilitate/impede stimulate/inhibit stimulate/suppress activate/inhibit
simplify/complicate attract/repel same/different similar/different identical/different equal/unequal alike/different
unlike/like common/uncommon usual/unusual simple/complex simplex/complex natural/artificial natural/synthetic
real/fake genuine/fake guilty/innocent legal/illegal lawful/unlawful moral/immoral active/passive proactive/reactive
day/night daily/night morning/evening summer/winter male/female man/woman husband/wife mother/father son/daughter
king/queen boy/girl brother/sister arrival/departure arrive/leave enter/exit entry/exit entrance/exit ascend/descend
rise/descend accelerate/decelerate accelerate/slow hasten/delay quick/delay early/delay immediate/delayed
immediate/later immediate/eventual immediate/delay maximize/minimize maximise/minimise overestimate/underestimate
overstate/understate surplus/deficit surplus/shortage supply/demand exceed/below buyer/seller employer/employee
teacher/student landlord/tenant plaintiff/defendant prosecution/defence public/secret public/classified
public/restrict individual/collective individual/group part/whole general/specific general/particular broad/specific
abstract/concrete objective/subjective relative/absolute theoretical/practical theory/practice voluntary/involuntary
require/voluntary conscious/unconscious fixed/variable static/dynamic stable/unstable constant/variable rigid/flexible
strict/lenient strict/relaxed tight/loose tighten/loosen cease/continue stop/continue stop/begin stop/permit
continue/discontinue continue/end suspend/resume suspend/continue confirm/deny confirm/refute prove/disprove
verify/refute admit/deny acknowledge/deny remember/forget reveal/conceal reveal/hide show/hide visible/hidden
visible/invisible obey/violate comply/violate compliance/violation compliance/breach retain/discard keep/delete
keep/destroy keep/discard protect/expose protect/endanger secure/insecure online/onsite remote/onsite remote/local
local/cloud centralized/distributed centralized/decentralized central/distributed trusted/hostile full/incremental
full/differential synchronous/asynchronous serial/parallel wired/wireless hardware/software backend/frontend
horizontal/vertical clockwise/counterclockwise on/off absorb/emit absorb/release release/retain release/capture
inhale/exhale freeze/melt freeze/thaw solid/liquid solid/gas evaporate/condense boil/freeze acid/base acid/alkaline
float/sink push/drag predator/prey war/peace peace/conflict offensive/defensive exclusive/inclusive
exclusively/partial solely/partly unilateral/bilateral recent/distant recently/ago forward/backward forwards/backwards
advance/retreat beginner/expert amateur/professional junior/senior subordinate/superior net/gross taxable/exempt
appreciate/depreciate appreciation/depreciation inflation/deflation bull/bear nothing/everything nobody/everyone
everybody/nobody anyone/nobody none/any favorable/adverse favorable/unfavorable beneficial/harmful
beneficial/detrimental beneficial/dangerous benefit/harm useful/useless careful/careless harmful/safe
advantage/disadvantage benefit/drawback rural/urban liberal/conservative democrat/republican optimistic/pessimistic
odd/even singular/plural concave/convex virtual/real literal/figurative
""".split()

_PREFIXES = ("un", "in", "non", "dis", "im", "ir", "il", "de", "mis")
_NO_PREFIX = frozenset(
    "discover import improve impart impress inform income increase inside input inbound instate intend involve "
    "include display dispose disclose discount disease dispatch discuss discipline distribute define design "
    "depend detail detest deport deliver demand derive describe despite determine develop device deposit indeed "
    "index indoor intake intent instance intense invest invite involved implant impose imprint irritate until "
    "under union unit unite illustrate".split()
)
_SUFFIXES = (("ful", "less"),)
UNIVERSAL = frozenset(
    "all every always entire entirely full fully complete completely each whole wholly exclusively any anyone "
    "everyone everything everywhere none never solely unconditionally invariably universally without "
    "continuously".split()
)
"""Words that say: without exception."""
PARTIAL = frozenset(
    "some most many several few often usually typically generally sometimes partially partly partial limited "
    "certain selected mostly primarily mainly frequently occasionally majority portion part half normally "
    "commonly largely rarely seldom nearly almost".split()
)
"""Words that say: not the whole of it."""
WORLD = frozenset("global globally worldwide world international internationally everywhere anywhere".split())
"""Words for everywhere, which a named place is not."""
IMPLICIT = frozenset(
    "lack lacks lacking fail fails failed failing without unable hardly rarely seldom barely avoid avoids "
    "avoided avoiding prevent prevents prevented preventing prohibit prohibits prohibited forbidden deny denies "
    "denied refuse refused exclude excludes excluded absence absent free instead rather except unless few "
    "little neither stop stops stopped cease impossible unlikely unnecessary false wrong myth incorrect "
    "optional lost missing minus unless gone out nil ban banned bans reject rejected rare zero otherwise exempt "
    "contrary disabled blocked removed illegal unlawful doubt".split()
)
"""Words that can say no without a negation; where one stands unmatched, a count of negations proves nothing."""


@lru_cache(maxsize=1)
def _senses() -> dict[str, str]:
    table: dict[str, str] = {}
    for group in _SYNONYMS.split(","):
        first, *others = (stem(word) for word in group.split())
        head = table.setdefault(first, first)
        for other in others:
            table.setdefault(other, head)
    return table


def sense(key: str) -> str:
    """The stem that stands for this stem and its synonyms; a stem without synonyms stands for itself."""
    return _senses().get(key, key)


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, other = pair.split("/")
        for a, b in ((one, other), (other, one)):
            for key in {a, sense(stem(a))}:
                table.setdefault(key, set()).update({b, sense(stem(b))})
    return {key: frozenset(others) for key, others in table.items()}


@lru_cache(maxsize=65536)
def opposite(word: str, other: str) -> bool:
    """Whether two words (lower case) say the opposite: by the list, or as ``authorized`` and ``unauthorized``."""
    table = _opposites()
    ours, theirs = {word, sense(stem(word))}, {other, sense(stem(other))}
    if ours & theirs:
        return negated_form(word, other)
    if any(table.get(key, frozenset()) & theirs for key in ours):
        return True
    return negated_form(word, other)


def negated_form(word: str, other: str) -> bool:
    """Whether one word is the other with a negating prefix or suffix: ``in`` + ``active``, ``use`` + ``less``."""
    longer, shorter = (word, other) if len(word) > len(other) else (other, word)
    if longer in _NO_PREFIX or stem(longer) in _NO_PREFIX:
        return False
    root = stem(shorter)
    for prefix in _PREFIXES:
        rest = longer.removeprefix(prefix)
        if len(shorter) > 3 and rest != longer and (rest == shorter or (len(prefix) > 1 and stem(rest) == root)):
            return True
    return any(
        word.removesuffix(a) == other.removesuffix(b) != word for a, b in (*_SUFFIXES, *((b, a) for a, b in _SUFFIXES))
    )
