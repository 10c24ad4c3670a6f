"""Results that are tables at heart."""

from typing import Any


class Tidy:
    """A result that can be told in tidy rows: one for each world and figure."""

    def rows(self) -> list[dict[str, Any]]:
        """The rows; undefined values are None."""
        raise NotImplementedError

    def to_frame(self) -> Any:
        """`rows` as a pandas DataFrame (extra: servsim[frames])."""
        from pandas import DataFrame

        return DataFrame(self.rows())
