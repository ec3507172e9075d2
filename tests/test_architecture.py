"""The layers hold: imports point down, and importing the package stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "euaiqa"
LAYERS = [
    {"notice"},
    {"errors", "datamodels"},
    {"settings", "operations"},
    {
        "documents", "segment", "language", "facts", "encoder", "prompts",
        "generator", "models", "gate", "bilingual",
    },
    {"index", "ground"},
    {"retrieve"},
    {"pipeline"},
    {"app", "evaluate"},
    {"cli"},
    {"__main__"},
]  # fmt: skip
OWNERS: dict[str, str | set[str]] = {
    "faiss": "index",
    "bm25s": "index",
    "sentence_transformers": "encoder",
    "torch": "encoder",
    "onnxruntime": "encoder",
    "llama_cpp": "generator",
    "fastapi": "app",
    "uvicorn": "app",
    "httpx": {"models", "documents"},
    "lxml": "documents",
    "readability": "documents",
    "pypdfium2": "documents",
    "mammoth": "documents",
    "watchfiles": "app",
    "wordfreq": "bilingual",
    "simplemma": "bilingual",
}
FILES = sorted(SOURCE.rglob("*.py"))


def layer(module: str) -> int:
    return next(i for i, names in enumerate(LAYERS) if module in names)


def imports(path: Path) -> set[str]:
    """Every imported module, those inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path.name}"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    module = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if module == "__init__":
        return
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "euaiqa" and rest:
            other = rest.split(".")[0]
            if other not in set().union(*LAYERS):
                continue  # `from euaiqa import name` of something that is not a module
            assert other == module or layer(other) < layer(module), f"{module} imports {other}"
        if top in OWNERS:
            owners = OWNERS[top]
            owners = {owners} if isinstance(owners, str) else owners
            assert module in owners, f"{module} imports {top}, which {owners} owns"


def test_every_module_has_a_layer() -> None:
    names = {p.relative_to(SOURCE).parts[0].removesuffix(".py") for p in FILES} - {"__init__"}
    assert names == set().union(*LAYERS)


def test_import_loads_nothing_heavy() -> None:
    heavy = (
        "torch onnxruntime faiss llama_cpp sentence_transformers fastapi lingua transformers "
        "babel wordfreq simplemma lxml readability pypdfium2 mammoth httpx watchfiles"
    )
    code = (
        "import sys, euaiqa, euaiqa.pipeline, euaiqa.cli\n"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_takes_under_300_ms() -> None:
    code = "import time; t = time.perf_counter(); import euaiqa\nprint(time.perf_counter() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.3
