"""Frames of plain data between the grader and the sandbox: no pickle, no code, bounded.

A frame is: total length (4 bytes), header length (4 bytes), a JSON header, raw array bytes.
Numbers, texts, None, lists, tuples, dicts and arrays of bool, int, float and complex can be
sent; floats travel as hexadecimal text, so that every bit and every nan arrives.

The grader decodes frames that hostile code may have written, so decoding checks every tag,
type, size and depth, and whatever is wrong raises `WireError`.

Stand-alone: this file runs on both sides of the wall.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

MAX_FRAME_BYTES = 64 << 20
MAX_HEADER_BYTES = 2 << 20
MAX_DEPTH = 16
MAX_ITEMS = 100_000
# Numbers that collide in a dict can be found at will, texts can't: a few thousand of them would
# keep the reader busy for seconds, all that fit for minutes.
MAX_NUMBER_KEYS = 1000
MAX_INT_BITS = 4096
MAX_INT_DIGITS = 1300
PREFIX = struct.Struct("<II")
PLAIN = (str, bool, type(None))
DTYPE = re.compile(r"[<>|=]?[biufc][0-9]{1,2}")
# Made once: json.dumps makes one for each call that has options.
TO_JSON = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode
FROM_JSON = json.JSONDecoder().decode
INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_INT_DIGITS}}}")


class WireError(Exception):
    """A value that can't be sent, or a frame that is not of this format."""


def dumps(value: Any, callbacks: list[Callable[..., Any]] | None = None) -> bytes:
    """Return `value` as one frame.

    Parameters
    ----------
    value : object
        Data. A value of another type raises `WireError` that names the type.
    callbacks : list, optional
        Where functions found in the value are put; each travels as its index. Without it a
        function is refused.
    """
    buffers: list[bytes] = []
    header = TO_JSON(_encode(value, buffers, callbacks, 0)).encode()
    total = PREFIX.size + len(header) + sum(map(len, buffers))
    if total > MAX_FRAME_BYTES or len(header) > MAX_HEADER_BYTES:
        raise WireError("more data than can be sent")
    return b"".join([PREFIX.pack(total, len(header)), header, *buffers])


def loads(frame: bytes | bytearray, callback: Callable[[int], Any] | None = None) -> Any:
    """Return the value in a frame; `callback` makes a callable of a function's index."""
    if not PREFIX.size <= len(frame) <= MAX_FRAME_BYTES:
        raise WireError("a frame of impossible length")
    total, header_length = PREFIX.unpack_from(frame)
    if total != len(frame) or header_length > min(MAX_HEADER_BYTES, total - PREFIX.size):
        raise WireError("a frame whose lengths do not agree")
    start = PREFIX.size + header_length
    try:
        header = FROM_JSON(str(frame[PREFIX.size : start], "ascii"))
        decoder = _Decoder(memoryview(frame), start, callback)
        value = decoder.decode(header, 0)
    except WireError:
        raise
    # Hostile text can make the parsers fail in many ways; all of them mean the same here.
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, MemoryError) as error:
        raise WireError(f"a malformed frame ({type(error).__name__})") from error
    if decoder.position != len(frame):
        raise WireError("a frame with bytes left over")
    return value


def frame_length(prefix: bytes | bytearray) -> int:
    """Return the length of the frame that starts with these eight bytes."""
    total, header_length = PREFIX.unpack(prefix)
    if not PREFIX.size <= total <= MAX_FRAME_BYTES or header_length > MAX_HEADER_BYTES:
        raise WireError("a frame of impossible length")
    return int(total)


def _encode(
    value: Any, buffers: list[bytes], callbacks: list[Callable[..., Any]] | None, depth: int
) -> Any:
    if depth > MAX_DEPTH:
        raise WireError("data nested too deeply")
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is float:
        return {"f": value.hex()}
    # Base-class methods read subclasses of the plain types, so that a named tuple, an OrderedDict
    # or numpy's own str and float arrive as what they are, and overridden methods do not count.
    if isinstance(value, np.ndarray):
        return _encode_array(value, buffers)
    if isinstance(value, np.generic) and not isinstance(value, np.str_):
        return _encode_scalar(value, buffers)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return _encode_int(int.__int__(value))
    if isinstance(value, float):
        return {"f": float.hex(value)}
    if isinstance(value, complex):
        return {"c": [float.hex(value.real), float.hex(value.imag)]}
    if isinstance(value, list | tuple):
        base: Any = list if isinstance(value, list) else tuple
        if base.__len__(value) > MAX_ITEMS:
            raise WireError("a list too long to send")
        items = [_encode(item, buffers, callbacks, depth + 1) for item in base.__iter__(value)]
        return {"l" if base is list else "t": items}
    if isinstance(value, dict):
        if dict.__len__(value) > MAX_ITEMS:
            raise WireError("a dict too long to send")
        if sum(type(key) is not str for key in dict.keys(value)) > MAX_NUMBER_KEYS:
            raise WireError("a dict with too many keys that are not text")
        return {
            "d": [
                [_encode(part, buffers, callbacks, depth + 1) for part in pair]
                for pair in dict.items(value)
            ]
        }
    if callbacks is not None and callable(value):
        callbacks.append(value)
        return {"k": len(callbacks) - 1}
    raise WireError(f"a value of type {type(value).__name__}, which is not plain data")


def _encode_int(value: int) -> Any:
    if -(2**63) <= value < 2**63:
        return value
    if value.bit_length() > MAX_INT_BITS:
        raise WireError("a whole number too large to send")
    return {"i": str(value)}


def _encode_array(value: np.ndarray, buffers: list[bytes]) -> Any:
    if value.dtype.kind not in "biufc":
        raise WireError(f"an array of dtype {value.dtype}, which does not hold numbers")
    if value.nbytes > MAX_FRAME_BYTES:
        raise WireError("an array too large to send")
    plain = np.asarray(value)  # a subclass arrives as the array that it holds
    buffers.append(plain.tobytes())
    return {"a": [plain.dtype.str, list(plain.shape)]}


def _encode_scalar(value: np.generic, buffers: list[bytes]) -> Any:
    if value.dtype.kind not in "biufc":
        raise WireError(f"a numpy scalar of dtype {value.dtype}, which is not a number")
    buffers.append(value.tobytes())
    return {"g": value.dtype.str}


class _Decoder:
    """One pass over a header, taking array bytes in order."""

    def __init__(
        self, frame: memoryview, position: int, callback: Callable[[int], Any] | None
    ) -> None:
        self.frame = frame
        self.position = position
        self.callback = callback
        self.number_keys = 0

    def decode(self, node: Any, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise WireError("data nested too deeply")
        if node is None or type(node) in (bool, str, int):
            return node
        if type(node) is not dict or len(node) != 1:
            raise WireError("an unknown form of data")
        [(tag, body)] = node.items()
        if tag == "f":
            return _float(body)
        if tag == "a":
            return self._array(*_pair(body))
        if tag == "g":
            return self._take(_dtype(body), 1)[0]
        if tag in ("l", "t"):
            items = [self.decode(item, depth + 1) for item in _list(body)]
            return items if tag == "l" else tuple(items)
        if tag == "d":
            return self._dict(_list(body), depth)
        if tag == "i":
            if type(body) is not str or not INTEGER.fullmatch(body):
                raise WireError("a malformed whole number")
            return int(body)
        if tag == "c":
            real, imaginary = _pair(body)
            return complex(_float(real), _float(imaginary))
        if tag == "k" and self.callback is not None and type(body) is int:
            return self.callback(body)
        raise WireError("an unknown form of data")

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        self.number_keys += sum(type(_pair(pair)[0]) is not str for pair in pairs)
        if self.number_keys > MAX_NUMBER_KEYS:
            raise WireError("a dict with too many keys that are not text")
        return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in pairs}

    def _array(self, dtype_text: Any, shape: Any) -> np.ndarray:
        dtype = _dtype(dtype_text)
        if type(shape) is not list or len(shape) > 32:
            raise WireError("a malformed shape")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise WireError("a malformed shape")
        # An empty array too: (0, 2**40) takes no bytes, but what is then made of it might.
        if math.prod(size or 1 for size in shape) > MAX_FRAME_BYTES:
            raise WireError("an impossible shape")
        return self._take(dtype, math.prod(shape)).reshape(shape)

    def _take(self, dtype: np.dtype[Any], count: int) -> np.ndarray:
        size = count * dtype.itemsize
        if size > len(self.frame) - self.position:
            raise WireError("an array longer than its frame")
        part = self.frame[self.position : self.position + size]
        self.position += size
        return np.frombuffer(bytearray(part), dtype) if size else np.empty(0, dtype)


def _float(text: Any) -> float:
    if type(text) is not str or len(text) > 40:
        raise WireError("a malformed float")
    return float.fromhex(text)


def _dtype(text: Any) -> np.dtype[Any]:
    if type(text) is not str or not DTYPE.fullmatch(text):
        raise WireError("a malformed dtype")
    return np.dtype(text)


def _list(body: Any) -> list[Any]:
    if type(body) is not list or len(body) > MAX_ITEMS:
        raise WireError("a malformed list")
    return body


def _pair(body: Any) -> list[Any]:
    if type(body) is not list or len(body) != 2:
        raise WireError("a malformed pair")
    return body
