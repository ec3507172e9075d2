"""Write the lock files from what is installed in the environment that runs this.

    .venv/bin/python scripts/lock.py

`requirements.lock` holds what the program needs (and what builds it), `requirements-dev.lock`
what the tests need besides. To raise versions: install newer ones, run the tests, lock.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
BUILD = ["hatchling", "editables"]  # `pip install -e .` without build isolation


def closure(names: list[str]) -> dict[str, str]:
    """The installed version of each requirement and of all that it requires."""
    found: dict[str, str] = {}
    pending = [Requirement(name) for name in names]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name not in found:
            found[name] = version(name).split("+")[0]  # torch's local part is the build's kind
        for line in requires(name) or []:
            needed = Requirement(line)
            extras = requirement.extras or {""}
            if needed.marker and not any(needed.marker.evaluate({"extra": e}) for e in extras):
                continue
            if canonicalize_name(needed.name) not in found:
                pending.append(needed)
    return found


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = closure([*project["project"]["dependencies"], *BUILD])
    tested = closure(project["dependency-groups"]["dev"])
    extra = {name: found for name, found in tested.items() if name not in needed}
    for path, packages in (("requirements.lock", needed), ("requirements-dev.lock", extra)):
        lines = [f"{name}=={found}" for name, found in sorted(packages.items())]
        head = "# Exact versions, written by scripts/lock.py.\n"
        (ROOT / path).write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
