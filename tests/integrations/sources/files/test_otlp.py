"""OTLP requests kept in files."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import pyarrow as pa
import pytest

from assistant.domain.errors import InvalidPayload
from integrations.sources.files.otlp import OtlpRequest, requests_in

# Field 1 (resource_spans), length-delimited, two bytes long.
MESSAGE = b"\x0a\x02\x0a\x00"
LENGTH_PREFIXED = b"".join(struct.pack(">I", len(m)) + m for m in (MESSAGE, b"", MESSAGE))


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_messages_after_their_length_as_the_collector_writes_them(tmp_path: Path) -> None:
    file = written(tmp_path, "traces.otlp.gz", gzip.compress(LENGTH_PREFIXED))
    assert list(requests_in(file)) == [
        OtlpRequest("traces", MESSAGE, json=False),
        OtlpRequest("traces", b"", json=False),
        OtlpRequest("traces", MESSAGE, json=False),
    ]


def test_zstd(tmp_path: Path) -> None:
    content = pa.compress(LENGTH_PREFIXED, codec="zstd", asbytes=True)
    assert len(list(requests_in(written(tmp_path, "logs.zst", content)))) == 3


def test_one_message_alone(tmp_path: Path) -> None:
    file = written(tmp_path, "request.pb", MESSAGE)
    assert list(requests_in(file, "metrics")) == [OtlpRequest("metrics", MESSAGE, json=False)]


def test_json_names_its_signal_line_by_line(tmp_path: Path) -> None:
    lines = b'{"resourceLogs":[]}\n\n{"resourceSpans":[]}\n'
    assert [r.signal for r in requests_in(written(tmp_path, "x.json", lines))] == ["logs", "traces"]


def test_json_over_several_lines_is_one_request(tmp_path: Path) -> None:
    text = json.dumps({"resourceMetrics": []}, indent=2).encode()
    assert [r.signal for r in requests_in(written(tmp_path, "x.json", text))] == ["metrics"]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert list(requests_in(written(tmp_path, "traces.pb", b""))) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("request.pb", MESSAGE, "nothing says which signal"),
        ("traces.pb", struct.pack(">I", 9) + b"short", "ends in the middle"),
        ("traces.pb", b"\x00", "ends in the middle"),
        (
            "traces.gz",
            gzip.compress(LENGTH_PREFIXED, mtime=0)[:-9],
            "cannot be decompressed|in the middle",
        ),
        ("x.json", b'{"a": 1}', "JSON that is not OTLP"),
        ("x.json", b"{", "is not JSON"),
    ],
)
def test_what_is_no_otlp_is_refused(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    with pytest.raises(InvalidPayload, match=complaint):
        list(requests_in(written(tmp_path, name, content)))
