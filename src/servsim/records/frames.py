"""Tables in Parquet files and in DataFrames."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from servsim.errors import ServsimError, needs_extra
from servsim.records.cells import as_text
from servsim.records.source import PIECE, Rows, Source, named_columns


def frame_source(frame: Any) -> Source:
    """A DataFrame as a table; ServsimError where it is none."""
    if not hasattr(frame, "columns") or not hasattr(frame, "iloc"):
        raise ServsimError(f"records are a {type(frame).__name__}; they must be a path or a pandas DataFrame.")
    if not len(frame):
        raise ServsimError("the DataFrame has no rows; it must have one for each visit.")
    return Source("the DataFrame", named_columns([str(name) for name in frame.columns]), 1, partial(of_frame, frame))


def of_frame(frame: Any) -> Iterator[Rows]:
    """The rows of a DataFrame as text cells, in pieces."""
    for start in range(0, len(frame), PIECE):
        piece = frame.iloc[start : start + PIECE]
        yield [[as_text(cell) for cell in row] for row in piece.itertuples(index=False, name=None)]


def parquet_source(path: Path) -> Source:
    """A Parquet file as a table; ServsimError where it is none."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise needs_extra(f"{path.name}: reading Parquet", "pyarrow", "frames") from None
    try:
        names = ParquetFile(path).schema_arrow.names
    except (ArrowException, OSError) as error:
        raise ServsimError(f"{path} cannot be read as Parquet ({type(error).__name__}); save it as CSV.") from None
    return Source(path.name, named_columns(names), 1, partial(of_parquet, path))


def of_parquet(path: Path) -> Iterator[Rows]:
    """The rows of a Parquet file as text cells, in pieces."""
    from pyarrow.parquet import ParquetFile

    for batch in ParquetFile(path).iter_batches(PIECE):
        columns = [column.to_pylist() for column in batch.columns]
        yield [[as_text(cell) for cell in row] for row in zip(*columns, strict=True)]
