"""One layer's output, taken while llama.cpp computes; the layers above it are left out.

llama.cpp gives what comes out of the last layer only. Its scheduler, though, asks a callback of
every tensor whether to look at it, hands it over when it is there, and stops when told to: the
same way its own `eval-callback` and `imatrix` programs look inside.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.errors import GenerationError

States = NDArray[np.float32]


class Tap:
    """Looks at one context's computations; `callback` is for its parameters."""

    def __init__(self, llama: Any, width: int) -> None:
        """Prepare.

        Args:
            llama: llama.cpp's functions.
            width: of the model's hidden states.
        """
        self._width = width
        self._name = b""  # what to wait for; empty when nothing is to be looked at
        self._places: Sequence[int] = ()
        self._states: States | None = None
        library = llama._lib
        self._name_of = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)(
            ("ggml_get_name", library)
        )
        self._bytes_of = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(
            ("ggml_nbytes", library)
        )
        self._read = ctypes.CFUNCTYPE(
            None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t
        )(("ggml_backend_tensor_get", library))
        self.callback = llama.ggml_backend_sched_eval_callback(self._seen)

    def taken(self, layer: int, places: Sequence[int], compute: Callable[[], None]) -> States:
        """Compute up to a layer, from 0.

        Args:
            layer: whose output to take; the last one gives other rows and cannot be taken.
            places: of the tokens in the batch, whose states are wanted.
            compute: decodes the batch; what it leaves in layers above is not to be used.

        Returns:
            float32 (len(places), width).

        Raises:
            GenerationError: the model has no such layer.
        """
        self._name, self._places, self._states = b"l_out-%d" % layer, places, None
        try:
            compute()
        finally:
            self._name = b""
        if self._states is None:
            raise GenerationError(
                f"the model gave no output of layer {layer}", hint="use a model of the list"
            )
        return self._states

    def _seen(self, tensor: int, asked: bool, _user: Any) -> bool:
        """Say whether to be given a tensor, or, given it, whether to go on."""
        if not self._name or self._name_of(tensor) != self._name:
            return not asked
        if asked:
            return True
        states = np.empty((len(self._places), self._width), dtype=np.float32)
        size = states.strides[0]
        if self._bytes_of(tensor) < (max(self._places) + 1) * size:
            return False  # not a row for each token of the batch
        for row, place in zip(states, self._places, strict=True):
            self._read(tensor, row.ctypes.data, place * size, size)
        self._states = states
        return False
