"""Storage by content."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest

from server.errors import Problem
from server.storage import Folder


@pytest.fixture
def storage(tmp_path):
    return Folder(tmp_path / "objects")


def test_what_was_put_is_got_by_its_hash(storage):
    digest = storage.put(b"bytes")
    assert digest == hashlib.sha256(b"bytes").hexdigest()
    assert storage.get(digest) == b"bytes"


def test_the_same_bytes_are_kept_once(storage):
    assert storage.put(b"bytes") == storage.put(b"bytes")
    assert len([path for path in storage.root.rglob("*") if path.is_file()]) == 1


def test_a_stream_is_kept_whole(storage):
    data = bytes(range(256)) * 10_000
    digest, size = storage.keep(BytesIO(data))
    assert (size, storage.get(digest)) == (len(data), data)


def test_nothing_is_left_of_a_stream_that_breaks(storage):
    class Broken(BytesIO):
        def read(self, size=-1):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        storage.keep(Broken())
    assert [path for path in storage.root.rglob("*") if path.is_file()] == []


def test_an_unknown_hash_is_not_found(storage):
    with pytest.raises(Problem) as refused:
        storage.get("0" * 64)
    assert refused.value.status == 404
