"""Questionnaires broken at random, inspected and filled: a right result or one line, never anything else.

    python evals/fuzz_questionnaires.py --cases 5000 --seed 1 --seconds 600

Each case is named by its number: ``--only 1234`` makes the same file again. Exit code 1 when a case went wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the makers

from hostile import parts
from workbooks import members, word_form, workbook, yes

from rfp_responder.errors import RfpError
from rfp_responder.questionnaire import fill, inspect

SECONDS = 5.0  # a case of a few rows takes 0.05 s
OURS = "fault of ours"  # how a failed proof ends: a refusal, but of a file that should have been refused sooner
ROWS = [
    ["ID", "Question", "Answer", "Comments"],
    ["1", "Do you encrypt data at rest?"],
    ["2", "Do you test your backups?"],
    [None, "Access control"],
    ["3", "Describe how access is reviewed (max 50 words)."],
]
SHEET_TEXT = (
    'ID;Question;Answer;Comments\r\n1;"Do you; encrypt?";;\r\n2;Do you test?;"old ""answer""";\r\n3;Are you?;;\r\n'
)
ODD = (
    *("", "0", "-1", "1", "2147483648", "999999999999999999999", "1e9", "nan", "\u00b2", "\u0664", "true", "x"),
    *("A0", "A1", "XFD1048576", "XFE1", "AAAA1", "A1:XFD1048576", "A:A", "1:1", "$B$2", "B2 B3", "s", "str", "d"),
    *("../../x", "/etc/passwd", "worksheets/sheet1.xml", "rId1", "rId99", "&#10;", "\u202e", "&#x1b;[2J", "9" * 5000),
    *("_xD800_", "_x0000_", "&quot;Yes,No&quot;", "Lists!$A$1:$A$9", "INDIRECT(A1)", "#REF!", "none", "hidden"),
)
_TAG = re.compile(rb"<[^<>?!]+>")
_VALUE = re.compile(rb'="([^"]*)"')
_TEXT = re.compile(rb">([^<>]+)<")


def bases(folder: Path) -> list[Path]:
    """Small sound questionnaires of every kind that is filled."""
    lists = {"C2": ["Yes", "No", "N/A"], "C3": "=Lists!$A$1:$A$2", "C5": "=Replies"}
    rich = workbook(
        folder / "rich.xlsx",
        ROWS,
        lists=lists,
        merges=["A4:D4"],
        bold_rows=[1],
        formulas={"B6": ("=Lists!A1", "Is it so?")},
        hidden_rows=[5],
        protect_but=["C2", "C3", "D2", "D3"],
        others={"Lists": [["Yes"], ["No"]]},
        names={"Replies": "=Lists!$A$1:$A$2"},
    )
    plain = folder / "plain.xlsx"
    _pack(plain, {name: data if isinstance(data, bytes) else data.encode() for name, data in parts().items()})
    word = word_form(folder / "form.docx", [[cell or "" for cell in row] + [""] * (4 - len(row)) for row in ROWS])
    text = folder / "list.csv"
    text.write_bytes(SHEET_TEXT.encode())
    return [rich, plain, word, text]


def mutated(base: Path, folder: Path, case: int) -> Path:
    """The file of a case: its number decides everything."""
    dice = random.Random(case)
    path = folder / f"case{base.suffix}"
    if base.suffix == ".csv" or dice.random() < 0.1:
        path.write_bytes(_bytes(base.read_bytes(), dice))
        return path
    found = dict(members(base))
    for _ in range(dice.choice((1, 1, 2, 4))):
        name = dice.choice(sorted(found))
        if dice.random() < 0.05:
            found.pop(name)
        elif dice.random() < 0.05:
            found[name] = found[dice.choice(sorted(found))]
        else:
            change = dice.choice((_bytes, _attribute, _attribute, _attribute, _element, _element, _text))
            found[name] = change(found[name], dice)
        if not found:
            break
    _pack(path, found)
    return path


def _pack(path: Path, found: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in found.items():
            package.writestr(zipfile.ZipInfo(name), data)


def _bytes(data: bytes, dice: random.Random) -> bytes:
    """Some bytes flipped, cut, doubled or put in."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        at = dice.randrange(len(changed) + 1)
        length = dice.choice((1, 1, 4, 50))
        kind = dice.randrange(4)
        if kind == 0 and at < len(changed):
            changed[at] = dice.randrange(256)
        elif kind == 1:
            del changed[at : at + length]
        elif kind == 2:
            changed[at:at] = changed[at : at + length] * dice.choice((1, 2, 100))
        else:
            changed[at:at] = dice.choice(
                (b"\0", b"\xff\xfe", b'"', b"\n", b"<a>", b"]]>", b"&a;", b"<!DOCTYPE x>", b";;")
            )
    return bytes(changed)


def _swapped(data: bytes, found: re.Match[bytes] | None, new: bytes, group: int = 0) -> bytes:
    return data if found is None else data[: found.start(group)] + new + data[found.end(group) :]


def _pick(pattern: re.Pattern[bytes], data: bytes, dice: random.Random) -> re.Match[bytes] | None:
    found = list(pattern.finditer(data))
    return dice.choice(found) if found else None


def _attribute(data: bytes, dice: random.Random) -> bytes:
    """One attribute with an odd value, or with that of another attribute."""
    other = _pick(_VALUE, data, dice)
    value = other[1] if other and dice.random() < 0.3 else dice.choice(ODD).encode()
    return _swapped(data, _pick(_VALUE, data, dice), value, 1)


def _text(data: bytes, dice: random.Random) -> bytes:
    """One text replaced by an odd one."""
    value = dice.choice(ODD).encode() * dice.choice((1, 1, 1, 3000))
    return _swapped(data, _pick(_TEXT, data, dice), value, 1)


def _element(data: bytes, dice: random.Random) -> bytes:
    """One tag gone, doubled, closed at once, or an element put elsewhere."""
    found = _pick(_TAG, data, dice)
    if found is None:
        return data
    kind = dice.randrange(4)
    if kind == 0:
        return _swapped(data, found, b"")
    if kind == 1:
        return _swapped(data, found, found[0] * dice.choice((2, 3)))
    if kind == 2:
        return _swapped(data, found, found[0].rstrip(b"/>") + b"/>")
    name = re.match(rb"</?([\w.:-]+)", found[0])
    close = b"</" + name[1] + b">" if name else b""
    end = data.find(close, found.end())
    whole = data[found.start() : end + len(close)] if name and end >= 0 else found[0]
    target = _pick(_TAG, data, dice) or found
    return data[: target.end()] + whole + data[target.end() :]


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome(path: Path) -> tuple[str, str]:
    """How a file fares: (``"filled"``, ``"refused"`` or ``"wrong"``, what was said)."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    out = path.with_name(f"filled{path.suffix}")
    out.unlink(missing_ok=True)
    said, ended = "", "filled"
    for work in (lambda: inspect(path), lambda: fill(path, out, yes)):
        try:
            with _limit(SECONDS):
                work()
        except RfpError as fault:
            ended, said = "refused", str(fault)
        except BaseException as fault:  # whatever else is raised is the finding
            return "wrong", "".join(traceback.format_exception(fault)[-3:]).strip()
    left = sorted(each.name for each in path.parent.iterdir() if each.name not in {path.name, out.name})
    wrong: list[tuple[bool, str]] = [
        ("\n" in said or not said.isprintable(), f"no plain line: {said!r}"),
        (OURS in said, said),
        (bool(left), f"left behind: {left}"),
        (ended == "refused" and out.exists(), "a file stands there though it was refused"),
        (ended == "filled" and not out.exists(), "no file stands there"),
        (hashlib.sha256(path.read_bytes()).hexdigest() != digest, "the questionnaire itself was changed"),
    ]
    faults = [what for holds, what in wrong if holds]
    return ("wrong", faults[0]) if faults else (ended, said)


def run(cases: range, seconds: float, tell: Callable[[int, str, str], None]) -> Counter[str]:
    """Try these cases until the time is up; ``tell`` hears of each that went wrong (number, base, what)."""
    tally: Counter[str] = Counter()
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        kept, work = Path(folder) / "bases", Path(folder) / "work"
        kept.mkdir()
        work.mkdir()
        found = bases(kept)
        for case in cases:
            if time.monotonic() > until:
                break
            base = found[case % len(found)]
            path = mutated(base, work, case)
            ended, said = outcome(path)
            tally[ended] += 1
            if ended == "wrong":
                tell(case, base.name, said)
            for each in work.iterdir():
                each.unlink()
    return tally


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", type=int, help="this case alone")
    options = parser.parse_args()
    first = options.only if options.only is not None else options.seed
    cases = range(first, first + (1 if options.only is not None else options.cases))
    tally = run(cases, options.seconds, lambda case, base, said: print(f"case {case} ({base}): {said}\n"))
    print(" · ".join(f"{ended} {count}" for ended, count in sorted(tally.items())))
    return 1 if tally["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
