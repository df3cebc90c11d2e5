"""The document, from what was measured last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.results.block import Block, Table

DOCUMENT = Path(__file__).parents[1] / "RESULTS.md"
_HEAD = """# Results

Written by `python -m benchmarks.results` (`make bench`); do not edit. Every block says when, on
what machine and by which commands it was measured; seconds are the median of one case with the data
already loaded, MB the peak memory of the whole process. Both depend on how busy the machine was.
[docs/benchmarks.md](../docs/benchmarks.md) tells what each benchmark measures and where the peers
come from.
"""


def write(blocks: Iterable[Block], file: Path = DOCUMENT) -> None:
    file.write_text("\n".join([_HEAD, *(_section(block) for block in blocks)]), "utf-8")


def _section(block: Block) -> str:
    return "\n".join(_lines(block))


def _lines(block: Block) -> Iterator[str]:
    yield from (f"## {block.title}", "", block.about, "")
    for table in block.tables:
        yield from (*_table(table), "")
        yield from (*(f"    {command}" for command in table.commands), "")
    for note in block.notes:
        yield f"- {note}"
    if block.notes:
        yield ""
    if block.picture:
        yield from (f"![{block.title}]({block.picture})", "")
    yield from (f"<sub>Measured {block.measured} on {block.machine}.</sub>", "")


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.columns)} |"
    yield "|---" + "|---:" * (len(table.columns) - 1) + "|"
    for row in table.rows:
        bold = row[0].startswith("Causeway")
        cells = [f"**{cell}**" if bold and cell else cell for cell in row]
        yield f"| {' | '.join(cells)} |"
