"""Small made logs of visits, as files would have them."""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

FIRST = datetime(2023, 3, 6, 9, 0)


def log(days=12, each=20, seed=1):
    """Visits as dicts: came, wait (s), service (s), served, agent, customer."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in range(days):
        for number in range(each):
            came = FIRST + timedelta(
                days=day, minutes=24 * number + int(rng.integers(0, 20)), seconds=int(rng.integers(0, 60))
            )
            served = bool(rng.random() < 0.85)
            rows.append({
                "came": came, "wait": int(rng.exponential(60)), "service": 20 + int(rng.exponential(200)), "served": served,
                "agent": f"Agent {rng.integers(0, 3)}", "customer": f"C{rng.integers(0, 90):04}",
            })  # fmt: skip
    return rows


def table(rows, dates="%Y-%m-%d %H:%M:%S"):
    """A log as a head and rows of text."""
    head = ["arrived", "wait seconds", "service seconds", "outcome", "agent", "customer id"]
    return head, [
        [row["came"].strftime(dates), str(row["wait"]), str(row["service"]) if row["served"] else "",
         "answered" if row["served"] else "abandoned", row["agent"] if row["served"] else "", row["customer"]]
        for row in rows
    ]  # fmt: skip


def text(head, rows, sign=","):
    """A table as a text file."""
    return "\n".join(sign.join(row) for row in [head, *rows]) + "\n"


def cell(value):
    """A cell of a workbook's sheet, as XML."""
    return f"<c t='inlineStr'><is><t>{value}</t></is></c>"


def workbook(path: Path, sheets):
    """Sheets of text cells as .xlsx."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{types}'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{kind}.sheet.main+xml'/>"
        + "".join(f"<Override PartName='/xl/worksheets/sheet{n}.xml' ContentType='{kind}.worksheet+xml'/>" for n in numbers)
        + "</Types>",
        "_rels/.rels": f"<Relationships xmlns='{package}'><Relationship Id='r1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{office}'><sheets>"
        + "".join(f"<sheet name='S{n}' sheetId='{n}' r:id='r{n}'/>" for n in numbers) + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}'>"
        + "".join(f"<Relationship Id='r{n}' Type='{office}/worksheet' Target='worksheets/sheet{n}.xml'/>" for n in numbers)
        + "</Relationships>",
    }  # fmt: skip
    for number, rows in zip(numbers, sheets, strict=True):
        body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet xmlns='{main}'><sheetData>{body}</sheetData></worksheet>"
        )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
