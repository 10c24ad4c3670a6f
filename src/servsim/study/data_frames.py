"""Results that are tables at heart."""

from importlib import import_module
from typing import Any

SHOWN_BY = "servsim.show.notebook_display"
"""The module that tells notebooks how results look."""


class Tidy:
    """A result that can be told in tidy rows: one for each world and figure."""

    def rows(self) -> list[dict[str, Any]]:
        """The rows; undefined values are None."""
        raise NotImplementedError

    def _repr_html_(self) -> str | None:
        """The result as a notebook shows it; what shows it is named here and not imported, for it knows of this."""
        html: str | None = import_module(SHOWN_BY).html(self)
        return html

    def to_frame(self) -> Any:
        """`rows` as a pandas DataFrame (extra: servsim[frames])."""
        from pandas import DataFrame

        return DataFrame(self.rows())
