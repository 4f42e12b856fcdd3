"""The command line. Results go to stdout; errors and progress to stderr; exit codes are 0, 1 and 2.

Heavy packages are imported inside the commands, so that ``rfp --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from rfp_responder.errors import RfpError

app = typer.Typer(
    name="rfp",
    help="Answer RFPs and security questionnaires from your own documents, each claim cited to a page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# typer carries its own copy of click in some versions; the root of its usage errors is the same class in all
_ClickFault: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

_STOPPED = (
    "stopped before its end, and no file is half written; run the command again: `rfp ingest` and "
    "`rfp answer --resume` go on where they were, other commands begin anew"
)

EXIT_FAULT = 1
EXIT_GATE = 2


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives 0 (done), 1 (a user's fault, one line on stderr) or 2 (a gate failed)."""
    from rfp_responder.cli import (  # noqa: F401  # they register commands
        check,
        doctor,
        documents,
        evaluation,
        optimize,
        prompts,
        questions,
        requirements,
        sheets,
        verify,
    )

    try:
        outcome = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except RfpError as error:
        return _fault(str(error))
    except _ClickFault as error:
        message = str(error.format_message()) if hasattr(error, "format_message") else str(error)
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(message)
            return 0
        return _fault(f"{message.rstrip('.')}. See `rfp COMMAND --help`")
    except (typer.Abort, KeyboardInterrupt):
        return _fault(_STOPPED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing is left to say, and to no one
        return 0
    except OSError as error:
        return _fault(f"{str(error.filename or '')[:200]}: {error.strerror or error}".lstrip(": "))
    if outcome == 130:  # typer's own answer to Ctrl-C
        return _fault(_STOPPED)
    return int(outcome) if isinstance(outcome, int) else 0


def _fault(message: str) -> int:
    typer.echo(f"rfp: {' '.join(message.split())}", err=True)
    return EXIT_FAULT


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Show the version and exit.")) -> None:
    if version:
        from rfp_responder import __version__

        typer.echo(f"rfp_responder {__version__}")
        raise typer.Exit
