"""Records: every odd thing that was seen in real files is read rightly, or refused with a sentence."""

import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from record_files import log, table, text, workbook

from servsim.errors import ServsimError
from servsim.records.read import read_records
from servsim.records.source import source_of

ROWS = log()
HEAD, BODY = table(ROWS)


def read(tmp_path, content, name="visits.csv", encoding="utf-8", **asked):
    """Records out of a made file."""
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return read_records([path], **asked)


def insist_the_log(records):
    """What was read is the log that was written."""
    visits, served = records.visits, np.array([row["served"] for row in ROWS])
    assert len(visits) == len(ROWS)
    assert visits.served.tolist() == served.tolist()
    assert visits.wait.tolist() == [row["wait"] for row in ROWS]
    assert visits.service[served].tolist() == [row["service"] for row in ROWS if row["served"]]
    assert visits.arrived.tolist() == [
        (row["came"] - ROWS[0]["came"]).total_seconds() + visits.arrived[0] for row in ROWS
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_any_delimiter_is_found(tmp_path, sign):
    insist_the_log(read(tmp_path, text(HEAD, BODY, sign)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_encoding_is_found(tmp_path, encoding):
    insist_the_log(read(tmp_path, text(["arrivé", *HEAD[1:]], BODY), encoding=encoding))


def test_lines_may_end_as_windows_has_them(tmp_path):
    insist_the_log(read(tmp_path, text(HEAD, BODY).replace("\n", "\r\n")))


def test_a_first_column_may_be_a_running_number(tmp_path):
    for name in ("#", "Index", ""):
        insist_the_log(read(tmp_path, text([name, *HEAD], [[str(n), *row] for n, row in enumerate(BODY)])))


def test_columns_may_be_of_fixed_width_and_without_names(tmp_path):
    rows = [[row["came"].strftime("%Y%m%d"), row["came"].strftime("%H:%M:%S"), str(row["wait"]), str(row["service"])]
            for row in ROWS]  # fmt: skip
    lines = "".join("  ".join(f"{cell:>8}" for cell in row) + "\n" for row in rows)
    records = read(tmp_path, lines, columns={"wait": "column 3", "service": "column 4"})
    assert records.visits.wait.tolist() == [row["wait"] for row in ROWS]
    assert "visits.csv: the first row is data, no names; columns are called column 1 to column 4." in records.said


def test_the_table_may_be_on_a_later_sheet_below_a_title(tmp_path):
    pytest.importorskip("python_calamine")
    path = tmp_path / "visits.xlsx"
    workbook(path, [[["A report"]], [["Visits of spring"], [], HEAD, *BODY]])
    records = read_records([path])
    insist_the_log(records)
    assert "visits.xlsx: sheet 2 of 2, table from row 3 on." in records.said


def test_a_workbook_without_its_reader_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = tmp_path / "visits.xlsx"
    workbook(path, [[HEAD, *BODY]])
    with pytest.raises(ServsimError, match=r"visits\.xlsx: reading a workbook needs python-calamine; install it with"):
        read_records([path])


def test_frames_and_parquet_are_tables(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([{**row, "outcome": "served" if row["served"] else "gave up"} for row in ROWS]).rename(
        columns={"came": "arrived", "wait": "wait seconds", "service": "service seconds"}
    )
    insist_the_log(read_records([frame.drop(columns="served")]))
    path = tmp_path / "visits.parquet"
    frame.drop(columns="served").to_parquet(path)
    insist_the_log(read_records([path]))


@pytest.mark.parametrize("dates", ["%y%m%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y-%m-%d", "%d-%b-%Y"])
def test_the_order_of_a_date_is_that_of_its_column(tmp_path, dates):
    head = ["date", "time", *HEAD[1:]]
    rows = [[row["came"].strftime(dates), row["came"].strftime("%H:%M:%S"), *cells[1:]]
            for row, cells in zip(ROWS, BODY, strict=True)]  # fmt: skip
    insist_the_log(read(tmp_path, text(head, rows)))


def test_where_no_day_is_above_12_it_is_asked(tmp_path):
    rows = table(log(days=5), "%d/%m/%Y %H:%M:%S")[1]
    with pytest.raises(ServsimError) as refused:
        read(tmp_path, text(HEAD, rows))
    assert str(refused.value) == (
        "visits.csv, column arrived has dates of which no part is above 12, or that may be read as dmy or mdy; say which "
        "with --dates dmy or --dates mdy."
    )
    assert len(np.unique(read(tmp_path, text(HEAD, rows), dates="dmy").visits.day)) == 5
    spread = np.unique(read(tmp_path, text(HEAD, rows), dates="mdy").visits.day)
    assert spread.max() - spread.min() > 100


def test_an_end_before_its_start_is_past_midnight(tmp_path):
    head = ["date", "queue start", "service start", "service end", "outcome"]
    rows = [["2023-03-13", f"10:{n:02}:00", f"10:{n + 1:02}:00", f"10:{10 + n}:00", "served"] for n in range(30)]
    rows.append(["2023-03-13", "23:58:00", "23:59:30", "0:03:00", "served"])
    records = read(tmp_path, text(head, rows))
    assert records.visits.service[-1] == 210
    assert "1 times are earlier than what comes before them; they are taken to be past midnight." in records.said


@pytest.mark.parametrize(("write", "name"), [
    (lambda s: f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}", "service"),
    (lambda s: f"{s // 60:02}:{s % 60:02}.0", "service"),
    (lambda s: f"{s / 60:.6f}", "service minutes"),
    (lambda s: f"{s / 86400:.9f}", "service"),
    (lambda s: str(s), "service"),
])  # fmt: skip
def test_lengths_are_read_in_every_form(tmp_path, write, name):
    head = ["arrived", "wait", name, "outcome"]
    rows = [[cells[0], cells[1], write(row["service"]), cells[3]] for row, cells in zip(ROWS, BODY, strict=True)]
    visits = read(tmp_path, text(head, rows)).visits
    expected = [row["service"] for row in ROWS if row["served"]]
    assert visits.service[visits.served] == pytest.approx(expected, abs=0.01)


def test_a_length_that_lost_its_hours_gives_way_to_its_times(tmp_path):
    head = ["arrived", "started", "ended", "service"]
    rows = []
    for row in ROWS:
        end = row["came"] + timedelta(seconds=row["service"] * 20)
        rest = row["service"] * 20 % 3600
        rows.append([f"{row['came']}", f"{row['came']}", f"{end}", f"{rest // 60:02}:{rest % 60:02}.0"])
    records = read(tmp_path, text(head, rows))
    assert records.visits.service.max() > 3600
    assert any(said.startswith("service disagrees with its own two times in ") for said in records.said)


@pytest.mark.parametrize("missing", ["NULL", "NA", "", "0:00:00", "NO_SERVER"])
def test_what_is_missing_is_missing(tmp_path, missing):
    head = ["date", "arrived", "started", "ended", "agent"]
    rows = []
    for row in ROWS:
        begun = row["came"] + timedelta(seconds=row["wait"])
        times = [f"{begun:%H:%M:%S}", f"{begun + timedelta(seconds=row['service']):%H:%M:%S}"]
        rows.append(
            [f"{row['came']:%Y-%m-%d}", f"{row['came']:%H:%M:%S}", *(times if row["served"] else [missing] * 2), "A"]
        )
    records = (
        read(tmp_path, text(head, rows))
        if missing != "0:00:00"
        else read(
            tmp_path,
            text(head, [row for row in rows if row[2] != missing] + [row for row in rows if row[2] == missing] * 3),
        )
    )
    assert records.visits.served.sum() == sum(row["served"] for row in ROWS)


def test_one_customer_in_too_many_rows_is_nobody(tmp_path):
    rows = [[*row[:5], "0" if number % 3 else row[5]] for number, row in enumerate(BODY)]
    assert (read(tmp_path, text(HEAD, rows)).visits.customer == -1).mean() > 0.6
    rows = [[*row[:5], "walk-in" if number % 3 else row[5]] for number, row in enumerate(BODY)]
    records = read(tmp_path, text(HEAD, rows))
    assert (records.visits.customer == -1).mean() > 0.6
    assert "one customer in 67% of rows stands for nobody." in records.said


def test_forgotten_calls_are_cut_and_counted(tmp_path):
    rows = [list(row) for row in BODY]
    rows[3][2:4] = ["7200", "answered"]
    records = read(tmp_path, text(HEAD, rows))
    assert records.visits.service[3] == 3600
    assert any(
        said.startswith("1 of ") and said.endswith("the longest 120 min; they are counted as 60 min.")
        for said in records.said
    )


def test_two_clocks_are_one(tmp_path):
    head = ["arrived", "queue start", "queue end", "service start", "service end"]
    rows = []
    for row in ROWS:
        begun = row["came"] + timedelta(seconds=row["wait"])
        stamps = [
            row["came"],
            row["came"],
            begun + timedelta(seconds=1),
            begun,
            begun + timedelta(seconds=row["service"]),
        ]
        rows.append([f"{stamp}" for stamp in stamps])
    records = read(tmp_path, text(head, rows))
    assert records.visits.wait.tolist() == [row["wait"] for row in ROWS]
    assert (
        "queue end and service start are two clocks, 1 s apart in 100% of rows; service start is used." in records.said
    )


@pytest.mark.parametrize("write", [
    lambda n: f"{n:.2f}".replace(".", ","), lambda n: f"{n:,.2f}", lambda n: f"{n:,.2f}".translate(str.maketrans(",.", ".,")),
    lambda n: f"{n:,.2f}".replace(",", " "), lambda n: f"{n:.2f} €",
])  # fmt: skip
def test_numbers_are_read_by_their_column(tmp_path, write):
    rows = [[row[0], write(float(row[1]) * 10), *row[2:]] for row in BODY]
    assert read(tmp_path, text(HEAD, rows, "\t")).visits.wait.tolist() == [row["wait"] * 10 for row in ROWS]


def test_what_a_program_made_up_is_called_so(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        [*row[:1], str(rng.integers(10, 126)) if row[3] == "answered" else "", *row[2:]] for row in table(log(60))[1]
    ]
    records = read(tmp_path, text(HEAD, rows))
    assert records.signs_of_making
    assert any(
        said.startswith("this looks generated: waits of all lengths are equally common;") for said in records.said
    )
    assert not read(tmp_path, text(*table(log(60)))).signs_of_making


def test_a_report_by_interval_is_recognised_and_refused(tmp_path):
    head = ["Date", "Calls offered", "Calls answered", "Calls abandoned", "AHT", "Service level"]
    rows = [[f"2023-03-{day:02}", "200", "190", "10", "180", "0.8"] for day in range(1, 29)]
    with pytest.raises(ServsimError) as refused:
        read(tmp_path, text(head, rows))
    assert str(refused.value) == (
        "visits.csv is a report by interval (by Calls offered, Calls answered, Calls abandoned, Service level), which "
        "servsim fit cannot use yet; it needs a row for each visit, with date and time."
    )


@pytest.mark.parametrize(("content", "what"), [
    ("customer,date,amount\n" + "".join(f"C{n},2023-03-{n % 28 + 1:02},12.5\n" for n in range(60)), "receipts (by date, customer, amount)"),
    ("date,satisfaction score\n" + "".join(f"2023-03-{n % 28 + 1:02},{n % 5}\n" for n in range(60)), "answers to a survey (by score, date)"),
    ("customer,tenure,churn\n" + "".join(f"C{n},{n},{'Yes' if n % 4 else 'No'}\n" for n in range(60)), "a table of who left (by churn, tenure)"),
])  # fmt: skip
def test_other_records_are_recognised_and_refused(tmp_path, content, what):
    with pytest.raises(ServsimError) as refused:
        read(tmp_path, content)
    assert what.partition("(")[0] in str(refused.value)
    assert str(refused.value).endswith(
        "which servsim fit cannot use yet; it needs a row for each visit, with date and time."
    )


def test_an_event_log_is_a_log_of_visits(tmp_path):
    head = ["case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition", "org:resource"]
    rows = []
    for number, row in enumerate(ROWS):
        begun = row["came"] + timedelta(seconds=row["wait"])
        told = [(row["came"], "arrived", "complete", "")]
        if row["served"]:
            told += [
                (begun, "visit", "start", "A"),
                (begun + timedelta(seconds=row["service"]), "visit", "complete", "A"),
            ]
        else:
            told += [(begun, "abandoned", "complete", "")]
        rows += [[f"case {number}", what, f"{at}", turn, who] for at, what, turn, who in told]
    insist_the_log(read(tmp_path, text(head, rows)))


REFUSED = [
    ("", "visits.csv is empty; it must have a row for each visit."),
    ("\n\n", "visits.csv has no text in it; it must have a row for each visit."),
    ("arrived,wait\n", "visits.csv has a line of names but no rows; it must have a row for each visit."),
    ("length\n" + "77\n" * 50, "visits.csv: there is no column with the time at which visitors came; `servsim fit` needs one with date and time, or a date and a clock. If a column has it, name it with --columns. It has length."),
    ("arrived,wait\n" + "2023-03-13T10:00:00+01:00,5\n2023-07-13T10:00:00+02:00,5\n" * 20, "visits.csv, column arrived has times of several zones; all must be in one, that of the desk's own clock."),
    ("arrived,wait\n" + "13/03/2023 10:00,5\n03/13/2023 10:00,5\n" * 20, "visits.csv, column arrived has dates of several orders, or none that exist; all must be written in one order."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_what_cannot_be_used_is_refused_with_a_sentence(tmp_path, content, sentence):
    with pytest.raises(ServsimError) as refused:
        read(tmp_path, content)
    assert str(refused.value).replace(f"{tmp_path}/", "") == sentence


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "does not exist")):
        with pytest.raises(ServsimError, match=words):
            source_of(path)


def test_columns_can_be_named(tmp_path):
    odd = ["wann", "x1", "x2", "x3", "wer", "y"]
    insist_the_log(
        read(tmp_path, text(odd, BODY), columns={"arrived": "wann", "wait": "x1", "service": "x2", "outcome": "x3"})
    )
    with pytest.raises(
        ServsimError, match=r"--columns: wait is 'x9', but visits\.csv has no such column; it has wann, x1"
    ):
        read(tmp_path, text(odd, BODY), columns={"wait": "x9"})


def test_a_row_with_too_many_cells_is_left_out_and_told(tmp_path):
    rows = [*BODY[:5], [*BODY[5], "more", "and more"], *BODY[6:]]
    records = read(tmp_path, text(HEAD, rows))
    assert len(records.visits) == len(ROWS) - 1
    assert "visits.csv: rows 7 have more cells than there are columns; they are left out." in records.said


def test_pieces_make_no_difference(tmp_path, monkeypatch):
    monkeypatch.setattr("servsim.records.source.PIECE", 7)
    insist_the_log(read(tmp_path, text(HEAD, BODY)))


def test_identities_differ_from_reading_to_reading_and_are_alike_within_one(tmp_path):
    first, second = (read(tmp_path, text(HEAD, BODY)).visits.customer for _ in range(2))
    assert not set(first.tolist()) & set(second.tolist())
    names = np.array([row[5] for row in BODY])
    assert all(len(set(first[names == name].tolist())) == 1 for name in set(names))
    assert len(set(first.tolist())) == len(set(names.tolist()))


def test_a_dry_run_says_what_was_recognised_and_writes_nothing(tmp_path):
    (tmp_path / "visits.csv").write_text(text(HEAD, BODY))
    done = subprocess.run([sys.executable, "-c", "from servsim.cli import main; main()", "fit", "visits.csv", "--dry-run"],
                          cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "visits.csv: a row for each visit, 240 rows." in done.stdout
    assert "  agent: who served" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]
