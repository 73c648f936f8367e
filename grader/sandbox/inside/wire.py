"""Frames of plain data between the grader and the sandbox: no pickle, no code, bounded.

A frame is: total length (4 bytes), header length (4 bytes), a token that says which question it
belongs to (8 bytes), a header in MessagePack, raw array bytes. Numbers, texts, None, lists, tuples,
dicts and arrays of bool, int, float and complex can be sent; every bit and every nan arrives.

The grader decodes frames that hostile code may have written, so decoding checks every type, size
and depth, and whatever is wrong raises `WireError`.

Stand-alone: this file runs on both sides of the wall.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np

MAX_FRAME_BYTES = 64 << 20
MAX_HEADER_BYTES = 2 << 20
MAX_DEPTH = 16
MAX_ITEMS = 100_000
# Numbers that collide in a dict can be found at will, texts can't: a few thousand of them would
# keep the reader busy for seconds, all that fit for minutes.
MAX_NUMBER_KEYS = 1000
MAX_AXES = 32
# What the parsers raise at bytes or values that they do not like; all of it means the same here.
PROBLEMS = (
    *(ValueError, TypeError, KeyError, RecursionError, OverflowError, MemoryError),
    *(struct.error, msgpack.UnpackException),
)
MAX_INT_BITS = 4096
MAX_INT_DIGITS = 1300
PREFIX = struct.Struct("<II8s")
NO_TOKEN = bytes(8)
DTYPE = re.compile(r"[<>|=]?[biufc][0-9]{1,2}")
INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_INT_DIGITS}}}", re.ASCII)
COMPLEX = struct.Struct("<dd")
# What MessagePack does not know by itself.
TUPLE, ARRAY, SCALAR, LONG_INT, COMPLEX_NUMBER, FUNCTION = range(1, 7)
# Types that hold nothing which would have to be looked at.
SIMPLE = {float, int, str, bool, type(None), complex, np.ndarray, np.float64, np.int64, np.bool_}
# MessagePack takes these, and we don't: they are neither numbers nor text.
REFUSED = (bytes, bytearray, memoryview, msgpack.Timestamp, msgpack.ExtType)


class WireError(Exception):
    """A value that can't be sent, or a frame that is not of this format."""


def dumps(
    value: Any,
    callbacks: list[Callable[..., Any]] | None = None,
    token: bytes = NO_TOKEN,
) -> bytes:
    """Return `value` as one frame.

    Parameters
    ----------
    value : object
        Data. A value of another type raises `WireError` that names the type.
    callbacks : list, optional
        Where functions found in the value are put; each travels as its index. Without it a
        function is refused.
    token : bytes, optional
        Which question the frame belongs to.
    """
    writer = _Writer(callbacks)
    try:
        _look_at(value, 0)
        header = writer.pack(value)
    except WireError:
        raise
    except PROBLEMS as error:
        raise WireError(f"data that cannot be sent ({type(error).__name__})") from error
    total = PREFIX.size + len(header) + sum(map(len, writer.buffers))
    if total > MAX_FRAME_BYTES or len(header) > MAX_HEADER_BYTES:
        raise WireError("more data than can be sent")
    return b"".join([PREFIX.pack(total, len(header), token), header, *writer.buffers])


def loads(frame: bytes | bytearray, callback: Callable[[int], Any] | None = None) -> Any:
    """Return the value in a frame; `callback` makes a callable of a function's index."""
    if not PREFIX.size <= len(frame) <= MAX_FRAME_BYTES:
        raise WireError("a frame of impossible length")
    total, header_length, _ = PREFIX.unpack_from(frame)
    if total != len(frame) or header_length > min(MAX_HEADER_BYTES, total - PREFIX.size):
        raise WireError("a frame whose lengths do not agree")
    view = memoryview(frame)
    start = PREFIX.size + header_length
    reader = _Reader(view, start, callback)
    try:
        value = reader.unpack(view[PREFIX.size : start])
        _look_at(value, -1)  # a message is one level around what is sent
    except WireError:
        raise
    except PROBLEMS as error:
        raise WireError(f"a malformed frame ({type(error).__name__})") from error
    if reader.position != len(frame):
        raise WireError("a frame with bytes left over")
    return value


def with_token(frame: bytes, token: bytes) -> bytes:
    """Return a frame, or the first of several, with another token."""
    return frame[: PREFIX.size - len(NO_TOKEN)] + token + frame[PREFIX.size :]


def token_of(frame: bytes | bytearray) -> bytes:
    """Return the token of a frame."""
    return bytes(frame[PREFIX.size - len(NO_TOKEN) : PREFIX.size])


def body_of(frame: bytes | bytearray) -> memoryview:
    """Return what a frame says, without its token: equal for equal values."""
    return memoryview(frame)[PREFIX.size :]


def digest_of(data: bytes | memoryview) -> bytes:
    """Return 16 bytes that no two texts share, even if somebody wants them to."""
    return hashlib.blake2b(data, digest_size=16).digest()


def frame_length(prefix: bytes | bytearray) -> int:
    """Return the length of the frame that starts with this prefix."""
    total, header_length, _ = PREFIX.unpack(prefix)
    if not PREFIX.size <= total <= MAX_FRAME_BYTES or header_length > MAX_HEADER_BYTES:
        raise WireError("a frame of impossible length")
    return int(total)


def _look_at(value: Any, depth: int) -> None:
    """Raise if a value is nested too deeply, or holds too much or what is no data."""
    kind = type(value)
    if kind in SIMPLE:
        return
    if depth >= MAX_DEPTH:
        raise WireError("data nested too deeply")
    # Base-class methods, here and below: a subclass may have overridden its own.
    if isinstance(value, list | tuple):
        base: Any = list if isinstance(value, list) else tuple
        if base.__len__(value) > MAX_ITEMS:
            raise WireError("a list too long to send")
        items = base.__iter__(value)
    elif isinstance(value, dict):
        if dict.__len__(value) > MAX_ITEMS:
            raise WireError("a dict too long to send")
        if sum(type(key) is not str for key in dict.keys(value)) > MAX_NUMBER_KEYS:
            raise WireError("a dict with too many keys that are not text")
        items = (part for pair in dict.items(value) for part in pair)
    elif isinstance(value, REFUSED):
        raise _no_data(value)
    else:
        return
    for item in items:
        if type(item) not in SIMPLE:
            _look_at(item, depth + 1)


def _no_data(value: Any) -> WireError:
    return WireError(f"a value of type {type(value).__name__}, which is not plain data")


class _Writer:
    """Makes one header, and gathers the bytes of the arrays in it, in order."""

    def __init__(self, callbacks: list[Callable[..., Any]] | None) -> None:
        self.callbacks = callbacks
        self.buffers: list[bytes] = []

    def pack(self, value: Any) -> bytes:
        packed: bytes = msgpack.packb(
            value, default=self._encode, strict_types=True, unicode_errors="surrogatepass"
        )
        return packed

    def _encode(self, value: Any) -> Any:
        """Return in other words what MessagePack does not know.

        Subclasses of the plain types are read as these, so that a named tuple, an OrderedDict or
        numpy's own str and float arrive as what they are.
        """
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic) and not isinstance(value, np.str_):
            return self._scalar(value)
        if isinstance(value, tuple):
            return msgpack.ExtType(TUPLE, self.pack(list(tuple.__iter__(value))))
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return _whole(int.__int__(value))
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, complex):
            return msgpack.ExtType(COMPLEX_NUMBER, COMPLEX.pack(value.real, value.imag))
        if isinstance(value, list):
            return list(list.__iter__(value))
        if isinstance(value, dict):
            return dict(dict.items(value))
        if self.callbacks is not None and callable(value):
            self.callbacks.append(value)
            return msgpack.ExtType(FUNCTION, msgpack.packb(len(self.callbacks) - 1))
        raise _no_data(value)

    def _array(self, value: np.ndarray) -> Any:
        if value.dtype.kind not in "biufc":
            raise WireError(f"an array of dtype {value.dtype}, which does not hold numbers")
        if value.nbytes > MAX_FRAME_BYTES:
            raise WireError("an array too large to send")
        plain = np.asarray(value)  # a subclass arrives as the array that it holds
        self.buffers.append(plain.tobytes())
        return msgpack.ExtType(ARRAY, msgpack.packb([plain.dtype.str, *plain.shape]))

    def _scalar(self, value: np.generic) -> Any:
        if value.dtype.kind not in "biufc":
            raise WireError(f"a numpy scalar of dtype {value.dtype}, which is not a number")
        self.buffers.append(value.tobytes())
        return msgpack.ExtType(SCALAR, value.dtype.str.encode())


def _whole(value: int) -> Any:
    if -(2**63) <= value < 2**64:
        return value
    if value.bit_length() > MAX_INT_BITS:
        raise WireError("a whole number too large to send")
    return msgpack.ExtType(LONG_INT, str(value).encode())


class _Reader:
    """One pass over a header, taking array bytes in order."""

    def __init__(
        self, frame: memoryview, position: int, callback: Callable[[int], Any] | None
    ) -> None:
        self.frame = frame
        self.position = position
        self.callback = callback
        self.number_keys = 0
        self.depth = 0

    def unpack(self, header: memoryview | bytes) -> Any:
        return msgpack.unpackb(
            header,
            ext_hook=self._decode,
            object_pairs_hook=self._dict,
            strict_map_key=False,
            unicode_errors="surrogatepass",
            max_bin_len=0,
            max_array_len=MAX_ITEMS,
            max_map_len=MAX_ITEMS,
        )

    def _decode(self, code: int, data: bytes) -> Any:
        if code == TUPLE:
            return self._tuple(data)
        if code == ARRAY:
            return self._array(msgpack.unpackb(data, max_array_len=MAX_AXES + 1))
        if code == SCALAR:
            return self._take(_dtype(str(data, "ascii")), 1)[0]
        if code == LONG_INT:
            text = str(data, "ascii")
            if INTEGER.fullmatch(text):
                return int(text)
        if code == COMPLEX_NUMBER:
            return complex(*COMPLEX.unpack(data))
        if code == FUNCTION and self.callback is not None:
            index = msgpack.unpackb(data)
            if type(index) is int:
                return self.callback(index)
        raise WireError("an unknown form of data")

    def _tuple(self, data: bytes) -> tuple[Any, ...]:
        # Each level starts the parser anew, on the stack: it must not go deep before it is seen.
        self.depth += 1
        if self.depth > MAX_DEPTH + 1:
            raise WireError("data nested too deeply")
        items = self.unpack(data)
        self.depth -= 1
        if type(items) is not list:
            raise WireError("a malformed tuple")
        return tuple(items)

    def _dict(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        self.number_keys += sum(type(key) is not str for key, _ in pairs)
        if self.number_keys > MAX_NUMBER_KEYS:
            raise WireError("a dict with too many keys that are not text")
        return dict(pairs)

    def _array(self, form: Any) -> np.ndarray:
        if type(form) is not list or not form:
            raise WireError("a malformed array")
        dtype, shape = _dtype(form[0]), form[1:]
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


def _dtype(text: Any) -> np.dtype[Any]:
    if type(text) is not str or not DTYPE.fullmatch(text):
        raise WireError("a malformed dtype")
    return np.dtype(text)
