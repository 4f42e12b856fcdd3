"""One virtual environment a peer, made once from its pinned file, under ``.bench/envs``.

    python evals/benchmarks/envs.py [PEER...]

Run again, it does nothing unless a pinned file has changed. ``.bench`` ignores itself in git.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCH = HERE.parent.parent / ".bench"
PEERS = ("llamaindex", "langchain", "haystack", "bm25")


def pinned(peer: str) -> Path:
    """The peer's pinned versions."""
    return HERE / "requirements" / f"{peer}.txt"


def interpreter(peer: str) -> Path:
    """The peer's own Python."""
    return BENCH / "envs" / peer / "bin" / "python"


def home() -> Path:
    """``.bench``, made where it is not, and kept out of git by a file of its own."""
    BENCH.mkdir(exist_ok=True)
    (BENCH / ".gitignore").write_text("*\n", "utf-8")
    return BENCH


def ready(peer: str) -> bool:
    """Was the environment made from the pinned file as it is now?"""
    stamp = BENCH / "envs" / peer / ".pinned"
    return stamp.is_file() and stamp.read_text("utf-8") == _digest(peer)


def make(peer: str) -> None:
    """Make the environment anew; raises CalledProcessError where pip fails."""
    home()
    place = BENCH / "envs" / peer
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(interpreter(peer)), "-m", "pip", "--disable-pip-version-check"]
    # torch by itself and first: beside other packages pip may take a build for graphics cards, several GB of it
    torch = [line for line in pinned(peer).read_text("utf-8").splitlines() if line.startswith("torch==")]
    if torch:
        subprocess.run([*pip, "install", "--quiet", *torch], check=True)
    subprocess.run([*pip, "install", "--quiet", "-r", str(pinned(peer))], check=True)
    subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
    (place / ".pinned").write_text(_digest(peer), "utf-8")


def _digest(peer: str) -> str:
    return hashlib.sha256(pinned(peer).read_bytes()).hexdigest()


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description="Make the peers' environments")
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; all where none is named")
    names = parser.parse_args().peers or list(PEERS)
    unknown = sorted(set(names) - set(PEERS))
    if unknown:
        raise SystemExit(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    for peer in names:
        if not ready(peer):
            print(f"making the environment of {peer} (once; a minute or two)", file=sys.stderr)
            make(peer)
        print(f"{peer}: ready")


if __name__ == "__main__":
    main()
