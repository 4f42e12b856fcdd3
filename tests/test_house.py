"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rfp_responder import cli
from rfp_responder.cli import run

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "rfp_responder"
MODULES = sorted(PACKAGE.rglob("*.py"))
DOORS = {
    "pypdf": "ingest/pdf.py",
    "chromadb": "index/store.py",
    "sentence_transformers": "index/embed.py",
    "openai": "chat/server.py",
    "ragas": "evaluation/judged.py",
    "dspy": "evaluation/optimize_dspy.py",
}
HEAVY = {"torch", "chromadb", "ragas", "pandas", "sentence_transformers", "openai", "transformers", "dspy"}
MAX_FILE, MAX_FUNCTION = 420, 60


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """Top-level names of the packages that are imported anywhere below a node."""
    for found in ast.walk(node):
        if isinstance(found, ast.Import):
            yield from (alias.name.split(".")[0] for alias in found.names)
        elif isinstance(found, ast.ImportFrom) and found.module and not found.level:
            yield found.module.split(".")[0]


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def tracked() -> list[Path]:
    """Files that git holds or would hold."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no git here")
    return [path for name in done.stdout.splitlines() if (path := PROJECT / name).is_file()]


def test_a_module_imports_only_from_the_floors_below_it() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(("package", "door"), DOORS.items())
def test_a_third_party_package_has_one_door(package: str, door: str) -> None:
    users = {path.relative_to(PACKAGE).as_posix() for path in MODULES if package in imported(tree(path))}
    assert users <= {door}


def test_heavy_packages_are_imported_inside_the_functions_that_need_them() -> None:
    for path in MODULES:
        top = [n for n in tree(path).body if isinstance(n, ast.Import | ast.ImportFrom)]
        assert not HEAVY & {name for node in top for name in imported(node)}, path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_and_functions_stay_small_and_say_what_they_are(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < MAX_FILE
    parsed = tree(path)
    assert ast.get_docstring(parsed), f"{path.name} says not what it is"
    for function in functions(parsed):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length < MAX_FUNCTION, f"{function.name} has {length} lines"
    for node in parsed.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} says not what it does"
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    assert ast.get_docstring(method), f"{node.name}.{method.name} says not what it does"


def test_nothing_is_caught_and_passed_over_in_silence() -> None:
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception"):
                assert not isinstance(node.body[0], ast.Pass), f"{path.name}:{node.lineno}"


def commands() -> list[str]:
    from rfp_responder.cli import check, documents, evaluation, questions, sheets  # noqa: F401

    registered = cli.app.registered_commands
    return [c.name or getattr(c.callback, "__name__", "") for c in registered]


@pytest.mark.parametrize("command", commands())
def test_the_help_of_every_command_works_and_tells_every_option(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage:" in shown
    for line in re.findall(r"^  (?:-\w, )?--[\w-]+.*(?:\n {6,}.*)*", shown, re.M):
        assert re.search(r"\s{2,}\S|\n\s+\S", line.strip()), f"{line.strip()} is not told"


def test_no_tracked_file_names_a_path_of_a_machine_or_a_registrys_host() -> None:
    # put together here, so that this file does not name them itself
    slash, dot = "/", r"\."
    machine = rf"(?<![\w.:/]){slash}(?:home|root|Users|work|mnt|private){slash}\w|[A-Z]:\\\\Users"
    hosts = ["pypi", "files.pythonhosted", "huggingface", "registry.npmjs", "conda.anaconda", "hf"]
    registry = "|".join(rf"{re.escape(host)}{dot}(?:org|co|com)\b" for host in hosts)
    faults = []
    for path in tracked():
        if path.suffix in {".pdf", ".xlsx", ".xlsm", ".docx", ".png", ".lock"}:
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if re.search(machine, line) or re.search(registry, line):
                faults.append(f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:80]}")
    assert faults == []
