"""The knowledge base: documents in, chunks and pages out, incremental and safe to kill."""

from rfp_responder.knowledge.base import KnowledgeBase
from rfp_responder.knowledge.tally import Tally

__all__ = ["KnowledgeBase", "Tally"]
