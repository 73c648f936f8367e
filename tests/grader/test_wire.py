"""The wire format: what goes in comes out, and hostile bytes never do more than raise WireError."""

from __future__ import annotations

import collections
import fractions
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.sandbox.inside import wire

NUMBERS = st.one_of(
    st.booleans(), st.integers(-(2**2000), 2**2000), st.floats(), st.complex_numbers(), st.none()
)
ARRAYS = hnp.arrays(
    dtype=st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(endianness="?"),
        hnp.unsigned_integer_dtypes(endianness="?"),
        hnp.floating_dtypes(endianness="?"),
        hnp.complex_number_dtypes(endianness="?"),
    ),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
)
DATA = st.recursive(
    st.one_of(NUMBERS, st.text(), ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner, max_size=4),
    ),
    max_leaves=12,
)


def extended(code: int, data: bytes) -> bytes:
    """Return a header that holds one value of a kind of our own."""
    packed: bytes = msgpack.packb(msgpack.ExtType(code, data))
    return packed


def is_same(a: Any, b: Any) -> bool:
    """Compare to the bit, with types."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(is_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(is_same(a[key], b[key]) for key in a)
    if isinstance(a, float | complex):
        return repr(a) == repr(b)
    return bool(a == b)


class TestRoundTrip:
    @settings(max_examples=300, deadline=None)
    @given(DATA)
    def test_data_arrives_as_it_was_sent(self, value):
        assert is_same(wire.loads(wire.dumps(value)), value)

    def test_numpy_scalars_arrive_as_numpy_scalars(self):
        for value in (
            np.float64(0.1),
            np.float32(0.1),
            np.int64(-3),
            np.bool_(True),
            np.longdouble(2),
        ):
            back = wire.loads(wire.dumps(value))
            assert type(back) is type(value)
            assert back == value

    def test_subclasses_arrive_as_the_plain_type(self):
        class Always(float):
            def __eq__(self, other):
                return True

            __hash__ = float.__hash__

        point = collections.namedtuple("point", "x y")(1, 2)
        ordered = collections.OrderedDict(a=1)
        for value, plain in (
            (Always(3), 3.0),
            (point, (1, 2)),
            (ordered, {"a": 1}),
            (np.str_("word"), "word"),
        ):
            back = wire.loads(wire.dumps(value))
            assert type(back) is type(plain)
            assert back == plain
        matrix = wire.loads(wire.dumps(np.array([[1.0]]).view(np.recarray)))
        assert type(matrix) is np.ndarray

    def test_arrays_can_be_written_to(self):
        back = wire.loads(wire.dumps([np.arange(3), np.float64(1)]))
        back[0][0] = 7
        assert back[0].tolist() == [7, 1, 2]

    def test_functions_travel_as_their_index(self):
        found: list[Any] = []
        frame = wire.dumps([abs, 1, len], found)
        assert found == [abs, len]
        assert wire.loads(frame, lambda index: found[index]) == [abs, 1, len]


class TestRefusals:
    @pytest.mark.parametrize(
        "value",
        [
            object(),
            {1, 2},
            (i for i in range(3)),
            fractions.Fraction(1, 3),
            np.array([None, 1]),
            np.array(["text"]),
            np.datetime64("2026-01-01"),
            abs,
            2**5000,
            list(range(wire.MAX_ITEMS + 1)),
            b"bytes",
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_what_is_no_data_is_not_sent(self, value):
        with pytest.raises(wire.WireError):
            wire.dumps([value])

    def test_depth_is_bounded_on_both_sides(self):
        value: Any = 1
        for _ in range(wire.MAX_DEPTH):
            value = [value]
        assert wire.loads(wire.dumps(value)) == value
        with pytest.raises(wire.WireError):
            wire.dumps([value])
        circle: list[Any] = []
        circle.append(circle)
        with pytest.raises(wire.WireError):
            wire.dumps(circle)
        # Lists in lists, dicts in dicts, and tuples in tuples, each of which starts a parser.
        tuples = msgpack.packb([])
        for _ in range(2000):
            tuples = msgpack.packb(msgpack.ExtType(wire.TUPLE, b"\x91" + tuples))
        for header in (b"\x91" * 200_000, b"\x91" * 40 + b"\x01", b"\x81\x01" * 40, tuples):
            with pytest.raises(wire.WireError):
                wire.loads(framed(header))

    def test_size_is_bounded(self):
        with pytest.raises(wire.WireError):
            wire.dumps(np.zeros(wire.MAX_FRAME_BYTES // 8 + 1))
        with pytest.raises(wire.WireError):
            wire.dumps(["x" * 1000] * (wire.MAX_HEADER_BYTES // 1000 + 1))
        for lengths in ((2**32 - 1, 0), (100, 2**31)):
            with pytest.raises(wire.WireError):
                wire.frame_length(wire.PREFIX.pack(*lengths, wire.NO_TOKEN))

    @pytest.mark.parametrize(
        "header",
        [
            b"",
            b"\xc1",  # no form of MessagePack
            b"\xc4\x01a",  # bytes
            b"\xd6\xff\x00\x00\x00\x00",  # a time
            b"\x82\x01",
            b"\x81\x91\x01\x01",  # a list as a key
            b"\xa1\xff",  # no UTF-8
            b"\xdd\xff\xff\xff\xff",  # 2**32 - 1 items
            extended(0, b""),
            extended(99, b""),
            extended(wire.TUPLE, b"\x01"),
            extended(wire.TUPLE, b""),
            extended(wire.LONG_INT, b"1_0"),
            extended(wire.LONG_INT, b"9" * 5000),
            extended(wire.COMPLEX_NUMBER, b"1234"),
            extended(wire.ARRAY, msgpack.packb(["<f8", -1])),
            extended(wire.ARRAY, msgpack.packb(["<f8", 0, 1 << 40])),
            extended(wire.ARRAY, msgpack.packb(["<f8", 1, 2, 3.5])),
            extended(wire.ARRAY, msgpack.packb(["<f8", True])),
            extended(wire.ARRAY, msgpack.packb(["<f8", *[1] * 40])),
            extended(wire.ARRAY, msgpack.packb(["<f8", 1])),  # and no bytes of it
            extended(wire.ARRAY, msgpack.packb([])),
            extended(wire.ARRAY, msgpack.packb({"<f8": 1})),
            extended(wire.ARRAY, msgpack.packb(["O", 1])),
            extended(wire.ARRAY, msgpack.packb(["f8,f8", 1])),
            extended(wire.ARRAY, msgpack.packb(["(1000000000,)f8", 1])),
            extended(wire.ARRAY, msgpack.packb(["<f3", 1])),
            extended(wire.SCALAR, b"<U8"),
            extended(wire.SCALAR, b"\xff"),
            extended(wire.FUNCTION, b"\x00"),
        ],
        ids=lambda header: header[:12].hex(),
    )
    def test_malformed_headers_raise(self, header):
        with pytest.raises(wire.WireError):
            wire.loads(framed(header))

    def test_a_function_is_known_by_a_number(self):
        with pytest.raises(wire.WireError):
            wire.loads(framed(extended(wire.FUNCTION, b"\xa1x")), callback=lambda index: abs)

    def test_numbers_that_collide_in_a_dict_are_bounded_before_it_is_made(self):
        pairs = b"".join(msgpack.packb(number * (2**61 - 1)) + b"\x01" for number in range(1, 9))
        header = b"\xdf" + (8 * 200).to_bytes(4, "big") + pairs * 200
        with pytest.raises(wire.WireError, match="keys"):
            wire.loads(framed(header))

    def test_bytes_left_over_raise(self):
        with pytest.raises(wire.WireError):
            wire.loads(framed(b"\x01", b"extra"))
        with pytest.raises(wire.WireError):
            wire.loads(framed(b"\x01\x01"))

    @settings(max_examples=500, deadline=None)
    @given(st.binary(max_size=200))
    def test_noise_never_does_more_than_raise(self, noise):
        for frame in (noise, framed(noise), framed(extended(wire.TUPLE, noise))):
            try:
                wire.loads(frame)
            except wire.WireError:
                continue

    @settings(max_examples=300, deadline=None)
    @given(DATA, st.data())
    def test_damaged_frames_never_do_more_than_raise(self, value, data):
        frame = bytearray(wire.dumps(value))
        for _ in range(data.draw(st.integers(1, 4))):
            frame[data.draw(st.integers(wire.PREFIX.size, len(frame) - 1))] = data.draw(
                st.integers(0, 255)
            )
        try:
            wire.loads(frame)
        except wire.WireError:
            return


def framed(header: bytes, rest: bytes = b"") -> bytes:
    """Return a frame around any header."""
    total = wire.PREFIX.size + len(header) + len(rest)
    return wire.PREFIX.pack(total, len(header), wire.NO_TOKEN) + header + rest
