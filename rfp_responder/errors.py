"""Every error a user can meet, as one tree.

    RfpError                 a user's fault or an outside fault: one line on stderr, exit code 1
    |-- InputError           a path, file, option or setting that cannot be used
    |   |-- DocumentError    a document that cannot be read (quarantined in a tally, the rest goes in)
    |   |-- QuestionnaireError   a questionnaire that cannot be read or filled
    |   `-- GoldError        a gold file with a wrong line
    |-- IndexError_          an index that is absent, busy, damaged or made by another model
    |-- ModelError           a named model whose server fails or whose reply cannot be used
    |   |-- ModelBusyError   its server asks for patience (429, 5xx): worth another try
    |   |-- ModelDownError   no connection, or no reply in time: worth another try
    |   `-- ModelReplyError  it answered, and what it said cannot be used
    `-- CostLimitError       the cap on the cost of a run is reached: nothing more is asked

A message says what happened, where, which value was met, what was expected, and the remedy.
"""

from __future__ import annotations


class RfpError(Exception):
    """Root of the tree; ``str(error)`` is the whole line a user reads.

    ``what`` is the fault with place and value; ``remedy`` is what to do about it.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = " ".join(what.split())
        self.remedy = " ".join(remedy.split())
        super().__init__(f"{self.what}. {self.remedy}".rstrip() if self.remedy else self.what)


class InputError(RfpError):
    """A path, file, option or setting that cannot be used."""


class DocumentError(InputError):
    """A document that cannot be read; the others of its batch still go in."""


class QuestionnaireError(InputError):
    """A questionnaire that cannot be read or filled."""


class GoldError(InputError):
    """A gold file with a wrong line."""


class IndexError_(RfpError):
    """An index that is absent, busy, damaged or made by another model."""


class ModelError(RfpError):
    """A named model whose server fails or whose reply cannot be used.

    ``spent_usd`` is what the failed requests are held to have cost, in dollars: a reply that was cut off is billed.
    """

    spent_usd: float = 0.0


class ModelBusyError(ModelError):
    """A server that asks for patience; ``retry_after`` is what it asks for, in seconds, None where it does not say."""

    def __init__(self, what: str, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, remedy)
        self.retry_after = retry_after


class ModelDownError(ModelError):
    """A server that cannot be reached, or that did not answer in time."""


class ModelReplyError(ModelError):
    """A reply that cannot be used: not of the schema twice, cut off, without end."""


class CostLimitError(RfpError):
    """The cap on the cost of a run is reached; no model is asked any more, nor does another one step in."""
