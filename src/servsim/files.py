"""Files of a person's: written whole or not at all, never over one that is read, and kept from others where private."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from servsim.errors import ServsimError
from servsim.interruption import tidy_first

SCENARIO, STORE = "the scenario that is read", "the store"
"""What a file may be to us, over which nothing is written."""
IN_USE: dict[Path, str] = {}
"""Every file that is read or kept, and what it is to us."""
EVERYBODYS, PRIVATE = 0o666, 0o600
"""Rights of a new file, from which the person's umask takes some away; of one that is nobody else's business."""


def keep_in_mind(file: Path | None, what: str) -> None:
    """Write nothing over a file from now on."""
    if file is not None:
        IN_USE[file.resolve()] = what


def in_use(path: Path, kinds: tuple[str, ...] = (SCENARIO, STORE)) -> str | None:
    """What a file is to us, by whatever name or link it is named; None where it is nothing."""
    if not path.is_file():
        return None
    return next((what for file, what in IN_USE.items() if what in kinds and is_same(path, file)), None)


def is_same(path: Path, file: Path) -> bool:
    """Are these one file, whatever their names; not where one is gone, or out of our sight."""
    try:
        return path.samefile(file)
    except OSError:
        return False


def ready(path: Path | None) -> None:
    """ServsimError where a file cannot be put: better before hours of work than after."""
    if path is None:
        return
    if what := in_use(path):
        raise ServsimError(f"{path} is {what}; name another file to write.")
    if not path.parent.is_dir():
        raise ServsimError(f"{path} cannot be written: there is no folder {path.parent}; make it, or name another.")
    if path.is_dir():
        raise ServsimError(f"{path} cannot be written: it is a folder; name a file.")
    if path.exists() and not os.access(path, os.W_OK):
        raise ServsimError(f"{path} cannot be written: it is write-protected; name another place.")


def insist_ending(path: Path, endings: tuple[str, ...], option: str = "") -> None:
    """ServsimError where what is written would go to a file of another kind."""
    if path.suffix not in endings:
        *others, last = endings
        kinds = f"{', '.join(others)} or {last}" if others else last
        raise ServsimError(f"{f'{option} {path}'.strip()}: it must end in {kinds}.")


def write_whole(path: Path, write: Callable[[Path], object], is_new: bool = False) -> None:
    """Let a file be written beside its place and moved there when complete; a sentence where it cannot be.

    What a link leads to is written, a device is written to, and a file that must not be written is left as it is. A
    file keeps the rights that it had. is_new: no file may be there already.
    """
    ready(path)
    tidy_first()
    place = path.resolve()
    try:
        if place.exists() and not place.is_file():
            write(place)
        else:
            write_beside(place, write, is_new)
    except OSError as error:
        raise ServsimError(f"{path} cannot be written: {error.strerror or error}.") from None


def write_beside(place: Path, write: Callable[[Path], object], is_new: bool) -> None:
    """Let a draft be written and put in its place, or taken away where that fails."""
    before = None if is_new or not place.exists() else place.stat()
    draft = place.with_name(f".{secrets.token_hex(8)}{place.suffix}")  # nobody can have put a link there
    draft.touch(PRIVATE if before else EVERYBODYS, exist_ok=False)
    try:
        write(draft)
        if before:
            take_over(draft, before)
        if is_new:
            place.touch(exist_ok=False)
        draft.replace(place)
    except BaseException:  # such as Ctrl-C, after which no draft may be left behind
        draft.unlink(missing_ok=True)
        raise


def take_over(draft: Path, before: os.stat_result) -> None:
    """Give a draft the owner, as far as that is ours to give, and the rights of the file that it replaces."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(draft, before.st_uid, before.st_gid)
    is_same_group = draft.stat().st_gid == before.st_gid
    draft.chmod(stat.S_IMODE(before.st_mode) & (~0 if is_same_group else ~stat.S_IRWXG))


def own_folder(folder: Path) -> bool:
    """Is a folder, which is made where it is not there, this person's alone: no link, and writable to nobody else?

    Nor may everybody put another in its place. Windows, which knows no such rights, has folders for each person.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found, above = folder.lstat(), folder.parent.stat()
    if not hasattr(os, "geteuid"):
        return stat.S_ISDIR(found.st_mode)
    is_anybodys = above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX
    is_ours = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and is_ours and not is_anybodys
