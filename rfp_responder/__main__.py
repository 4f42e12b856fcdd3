"""``python -m rfp_responder`` and the console command ``rfp``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exits with 0, 1 or 2."""
    from rfp_responder.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
