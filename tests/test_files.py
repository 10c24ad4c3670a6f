"""Files of a person's: none that is read is written over, each keeps its rights, none is left half-made or open to all."""

import csv
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND

import servsim
from servsim import plots
from servsim.csv_files import save_table
from servsim.errors import ServsimError
from servsim.files import own_folder, write_whole
from servsim.show.plots.style import drawing
from servsim.study.store.database import Storage

SCENARIO = 'title = "Shop"\n[horizon]\nweeks = 0.1\nyears = 0.01\n'

# Nothing that is read is written over

WAYS = ("its name", "a dot", "a link", "a hard link", "a linked folder")
WRITES = (
    "run S --csv W.csv", "evaluate S --csv W.csv", "optimise S --csv W.csv", "sensitivity S --csv W.csv",
    "worth S --csv W.csv", "compare S other.toml --csv W.csv", "compare other.toml S --csv W.csv",
    "export S -o W.csv", "evaluate S --picture W.png", "plot levels S -o W.svg", "plot saved other.toml S -o W.pdf",
    "report S -o W.html", "film S -o W.gif", "film S -o W.html", "run S --store W.csv", "init shop -o W.toml",
    "run other.toml --store S --csv W.csv", "results export --store S -o W.csv", "results merge S --store W.csv",
)  # fmt: skip
"""What reads S and would write W, which is S by another way to it."""
KEEPS = ("--store S", "merge S")
"""Where S is a store."""


def other_way(own: Path, way: str) -> Path:
    """Another path to a file."""
    link = own.with_name(f"link{own.suffix}")
    if way == "a link":
        link.symlink_to(own)
    elif way == "a hard link":
        link.hardlink_to(own)
    elif way == "a linked folder":
        folder = own.parent.with_name("linked")
        folder.symlink_to(own.parent)
        link = folder / own.name
    else:
        link = own if way == "its name" else Path(f"./{own.name}")
    return link


@pytest.mark.parametrize(
    ("words", "way"),
    [(words, WAYS[(number + turn) % len(WAYS)]) for turn in range(2) for number, words in enumerate(WRITES)],
)
def test_what_is_read_is_never_written_over(tmp_path, monkeypatch, typed, words, way):
    """It has the ending of what is written, so that nothing else stops it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    own = folder / f"own{words[words.index('W.') + 1 :].split()[0]}"
    if any(each in words for each in KEEPS):
        Storage(own).close()
    else:
        own.write_text(SCENARIO if "--store W" not in words else "")
    Path("other.toml").write_text(SCENARIO)
    target, before = other_way(own, way), own.read_bytes()
    written = [str(own) if word == "S" else str(target) if word.startswith("W.") else word for word in words.split()]
    code, out, err = typed(*written)
    assert (code, out, own.read_bytes()) == (2, "", before)
    assert re.search("is the (scenario that is read|store)|exists already", err), err
    assert sorted(each.name for each in folder.iterdir() if each.suffix not in ("-wal", "-shm")) == sorted(
        {"other.toml", own.name, *([target.name] if "link" in way else [])}
    )


@pytest.mark.parametrize(
    "words",
    ["run S --csv", "export S -o", "results export -o", "evaluate S --picture", "plot levels S -o", "report S -o",
     "film S -o"],
)  # fmt: skip
def test_what_is_written_goes_to_a_file_of_its_kind(tmp_path, typed, words):
    own, precious = tmp_path / "shop.toml", tmp_path / "precious.txt"
    own.write_text(SCENARIO)
    precious.write_text("precious")
    code, _, err = typed(*(str(own) if word == "S" else word for word in words.split()), precious)
    assert (code, precious.read_text()) == (2, "precious")
    assert f"{precious}: it must end in ." in err


def test_python_writes_no_plot_over_what_it_has_read(tmp_path):
    own = tmp_path / "own.svg"
    own.write_text(SCENARIO)
    servsim.read_scenario(own)
    with drawing("paper") as plot:
        pass
    with pytest.raises(ServsimError, match="is the scenario that is read"):
        plots.save(plot, own)
    with pytest.raises(ServsimError, match=r"x\.txt: it must end in \.svg, \.png or \.pdf"):
        plots.save(plot, str(tmp_path / "x.txt"))
    plots.save(plot, str(tmp_path / "x.svg"))
    assert own.read_text() == SCENARIO


# Rights, drafts and full disks


def mode(path: Path) -> int:
    """The rights of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.parametrize(("before", "after"), [(None, 0o644), (0o600, 0o600), (0o664, 0o664)])
def test_a_file_keeps_the_rights_it_had(tmp_path, before, after):
    path, mask = tmp_path / "x.csv", os.umask(0o022)
    try:
        if before:
            path.touch()
            path.chmod(before)
        write_whole(path, lambda draft: draft.write_text("new"))
    finally:
        os.umask(mask)
    assert (path.read_text(), mode(path)) == ("new", after)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_a_new_store_is_its_owners_alone_and_an_old_one_as_it_was(tmp_path):
    path = tmp_path / "worlds.sqlite"
    for rights in (0o600, 0o640):
        storage = Storage(path)
        assert {mode(each) for each in tmp_path.iterdir()} == {rights}
        storage.close()
        path.chmod(0o640)


def test_no_draft_is_where_somebody_could_have_put_a_link(tmp_path):
    seen = []
    for _ in range(2):
        write_whole(tmp_path / "x.csv", lambda draft: (seen.append(draft.name), draft.write_text("new")))
    assert seen[0] != seen[1]
    assert not any(str(os.getpid()) == part for name in seen for part in name.split("."))


def test_a_scenario_to_begin_with_is_whole_or_not_there(tmp_path):
    """No file may grow beyond a few bytes, as on a full disk."""
    resource = pytest.importorskip("resource")
    for _ in range(2):
        done = subprocess.run(
            [*COMMAND, "init", "-o", "shop.toml"], cwd=tmp_path, text=True, capture_output=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (2, "shop.toml cannot be written: File too large.\n")
        assert not list(tmp_path.iterdir())


# A folder for code that will be run


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
@pytest.mark.parametrize("kind", ["ours", "another's", "a link", "the group's", "everybody's", "in everybody's"])
def test_a_folder_is_only_used_for_code_where_nobody_else_can_write(tmp_path, monkeypatch, kind):
    above = tmp_path / "above"
    above.mkdir()
    folder = above / "servsim"
    if kind == "a link":
        (tmp_path / "real").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "real")
    elif kind in ("the group's", "everybody's"):
        folder.mkdir()
        folder.chmod(0o770 if kind == "the group's" else 0o707)
    elif kind == "another's":
        folder.mkdir(mode=0o700)
        monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    elif kind == "in everybody's":
        above.chmod(0o777)
    assert own_folder(folder) == (kind == "ours")
    if kind == "ours":
        assert mode(folder) == 0o700
        above.chmod(0o1777)
        assert own_folder(folder)


# Tables that a spreadsheet opens


def test_no_word_in_a_table_is_a_formula_and_numbers_stay(tmp_path):
    words, numbers = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "plain", "a-b"], [-1, -2.5, 3e-9, None]
    many = save_table(
        tmp_path / "x.csv", ["=head", "value"], [*([word, 1] for word in words), *(["n", n] for n in numbers)]
    )
    with (tmp_path / "x.csv").open(newline="") as file:
        (head, *rows) = csv.reader(file)
    assert (many, head) == (len(rows), ["'=head", "value"])
    assert [row[0] for row in rows[:8]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "plain", "a-b"]
    assert [row[1] for row in rows[8:]] == ["-1", "-2.5", "3e-09", ""]


def test_every_table_is_written_at_one_place():
    source = Path(servsim.__file__).parent
    writers = [path.name for path in source.rglob("*.py") if re.search(r"csv\.(writer|DictWriter)", path.read_text())]
    assert writers == ["csv_files.py"]
