#!/usr/bin/env python3
"""Make `.venv` ready: the locked packages, a CPU build of torch, llama-cpp-python compiled here.

Needs Python 3.11 or newer, a C++ compiler, CMake and a package index; run again, it does
nothing when nothing changed. Only the standard library is used: nothing is installed yet.

    scripts/setup.py [--dev]
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / ".euaiqa-setup"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
# Only the library itself: no vision, no tools, no TLS. docs/adr/0003-language-model.md
CMAKE_ARGS = os.environ.get(
    "CMAKE_ARGS", "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TOOLS=OFF"
)


class SetupFailed(Exception):
    """What went wrong, and what to do about it."""


def main() -> int:
    """Set up; 0 when ready, 1 with one line and a hint when something is missing."""
    dev = "--dev" in sys.argv[1:]
    try:
        check_python()
        locks = [ROOT / "requirements.lock"] + [ROOT / "requirements-dev.lock"] * dev
        wanted = fingerprint(locks)
        if STAMP.exists() and wanted in STAMP.read_text().split():
            return 0
        say(
            "Setting up .venv. The first time takes 5 to 15 minutes: most of it downloads "
            "about 600 MB of packages and compiles the language model's library."
        )
        make_venv()
        install_torch(pinned(locks[0], "torch"))
        install_llama(pinned(locks[0], "llama-cpp-python"))
        say("Installing the locked packages ...")
        for lock in locks:
            pip("install", "--no-deps", "-r", lock)
        pip("install", "--no-deps", "--no-build-isolation", "-e", ROOT)
        pip("check")
        done = fingerprint(locks[:1]) + "\n" + (wanted if dev else "")
        STAMP.write_text(done + "\n")
        say("Setup is complete.")
    except SetupFailed as error:
        print(f"\nsetup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def check_python() -> None:
    """Refuse a Python that the package does not support."""
    if sys.version_info < (3, 11):
        raise SetupFailed(
            f"Python {platform.python_version()} is too old; hint: install Python 3.11 or "
            "newer and run `make PYTHON=python3.11 ...`"
        )


def fingerprint(locks: list[Path]) -> str:
    """What a finished setup depends on: the locks, the project, this script, this machine."""
    digest = hashlib.sha256()
    for path in [*locks, ROOT / "pyproject.toml", Path(__file__)]:
        digest.update(path.read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT} {machine()} {CMAKE_ARGS}".encode())
    return digest.hexdigest()


def machine() -> str:
    """The processor's instruction set: native code of another one may crash here."""
    flags = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        match = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE)
        flags = " ".join(sorted(match[1].split())) if match else ""
    return f"{platform.system()} {platform.machine()} {flags}"


def make_venv() -> None:
    """Create the environment unless a working one of this Python is there."""
    if PYTHON.exists():
        code = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
        found = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
        if found.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}":
            return
    say(f"Creating {VENV.name} with Python {platform.python_version()} ...")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (subprocess.CalledProcessError, OSError) as error:
        raise SetupFailed(
            f"the virtual environment cannot be created ({error}); hint: on Debian and Ubuntu "
            "install python3-venv"
        ) from error


def install_torch(version: str) -> None:
    """Install a CPU build of torch: PyPI's own for Linux on x86 brings gigabytes of CUDA."""
    if installed("torch").split("+")[0] == version:
        return
    say(f"Installing torch {version}, CPU build ...")
    requirement = f"torch=={version}"
    if platform.system() == "Linux" and platform.machine() in {"x86_64", "AMD64"}:
        # A wheel folder that pip is configured with, then the project's own CPU index.
        for source in (
            ["--no-index"],
            ["--index-url", TORCH_INDEX, "--timeout", "15", "--retries", "1"],
        ):
            if pip("install", "--no-deps", *source, requirement, check=False):
                return
        say("PyTorch's CPU index cannot be reached: installing PyPI's build, several GB larger.")
        pip("install", requirement)
        return
    pip("install", "--no-deps", requirement)


def install_llama(version: str) -> None:
    """Compile llama-cpp-python for this processor once and keep the wheel in the user's cache."""
    stamp = VENV / ".llama-machine"
    built_for = hashlib.sha256(f"{machine()} {CMAKE_ARGS}".encode()).hexdigest()[:16]
    same = stamp.exists() and stamp.read_text() == built_for
    if installed("llama-cpp-python") == version and same:
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "euaiqa/wheels"
    folder = cache / f"{version}-{built_for}"
    if not list(folder.glob("llama_cpp_python-*.whl")):
        build_llama(version, folder)
    wheel = next(folder.glob("llama_cpp_python-*.whl"))
    pip("install", "--no-deps", "--force-reinstall", wheel)
    stamp.write_text(built_for)


def build_llama(version: str, folder: Path) -> None:
    """Compile into `folder`, which appears only when the wheel is whole."""
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++", os.environ.get("CXX", ""))):
        raise SetupFailed(
            "a C++ compiler is needed to compile llama.cpp; hint: on Debian and Ubuntu "
            "`apt-get install g++ cmake make`, on macOS `xcode-select --install`"
        )
    say(f"Compiling llama-cpp-python {version} for this processor (about 5 to 10 minutes) ...")
    aside = folder.with_name(folder.name + ".building")
    shutil.rmtree(aside, ignore_errors=True)  # what an interrupted build left
    aside.mkdir(parents=True)
    command = [
        PYTHON, "-m", "pip", "wheel", "-v", "--no-deps", "--no-cache-dir", "-w", aside,
        f"llama-cpp-python=={version}",
    ]  # fmt: skip
    env = {**os.environ, "CMAKE_ARGS": CMAKE_ARGS}
    log = VENV / "llama-build.log"
    started, shown = time.monotonic(), ""
    with (
        log.open("w", encoding="utf-8") as record,
        subprocess.Popen(
            command, env=env, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as build,
    ):  # fmt: skip
        for line in build.stdout or ():
            record.write(line)
            step = re.search(r"\[(\d+)/(\d+)\]", line)
            if step:
                shown = progress("compiling", int(step[1]), int(step[2]), started, shown)
    if build.returncode or not list(aside.glob("*.whl")):
        raise SetupFailed(
            "llama-cpp-python did not compile; hint: the end of .venv/llama-build.log tells "
            "why (a missing compiler, CMake or package index)"
        )
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    say(f"Compiled in {time.monotonic() - started:.0f} s; the wheel is kept for next time.")


def progress(what: str, done: int, total: int, started: float, shown: str) -> str:
    """Draw a bar on a terminal, a line each tenth elsewhere; returns what was shown."""
    tenth = f"{done * 10 // total}"
    bar = "#" * (done * 30 // total)
    text = f"  {what} [{bar:<30}] {done}/{total}, {time.monotonic() - started:.0f} s"
    if sys.stdout.isatty():
        print("\r" + text, end="\n" if done == total else "", flush=True)
    elif tenth != shown:
        print(text, flush=True)
    return tenth


def installed(name: str) -> str:
    """The installed version of a package in the environment, or an empty string."""
    code = (
        "import importlib.metadata as m, sys\n"
        "try: print(m.version(sys.argv[1]))\n"
        "except m.PackageNotFoundError: pass"
    )
    return subprocess.run([PYTHON, "-c", code, name], capture_output=True, text=True).stdout.strip()


def pinned(lock: Path, name: str) -> str:
    """The version that a lock pins."""
    match = re.search(rf"^{re.escape(name)}==(\S+)$", lock.read_text(), re.MULTILINE)
    if not match:
        raise SetupFailed(f"{lock.name} does not pin {name}; hint: restore the file from git")
    return match[1]


def pip(*arguments: object, check: bool = True) -> bool:
    """Run pip in the environment; quiet but for its progress bars.

    Returns:
        Whether it succeeded; with `check`, failure is raised.
    """
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    if arguments[0] == "install" and not sys.stdout.isatty():
        command.append("--quiet")
    quiet = None if check else subprocess.DEVNULL
    if subprocess.run(command, stdout=quiet, stderr=quiet).returncode:
        if check:
            raise SetupFailed(
                f"`pip {' '.join(map(str, arguments))}` failed; hint: its message is above; "
                "check that the package index can be reached"
            )
        return False
    return True


def say(text: str) -> None:
    """Tell what is being done."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
