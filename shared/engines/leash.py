"""Become another program that ends when its parent ends, as a user that it accepts.

Run as a script, before anything of the package is imported:

    python -I -S leash.py PARENT_PID DEATH_SIGNAL IDENTITY PROGRAM ARGUMENT...

IDENTITY is `same`, `namespace`, or `UID:GID`. `namespace` is for root: PostgreSQL refuses user id
0, and any other user cannot enter a folder of mode 700 that root owns. In a user namespace of its
own the process has the id 65534 and stays, for every file, the user that it was.
"""

import ctypes
import os
import sys

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_NOBODY = 65534


def _enter_namespace(libc: ctypes.CDLL) -> None:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        sys.exit("user namespaces are not allowed here: " + os.strerror(ctypes.get_errno()))
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{_NOBODY} {user} 1"),
        ("gid_map", f"{_NOBODY} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _become(identity: str) -> None:
    user, _, group = identity.partition(":")
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))


def main() -> None:
    """Take the identity, tie the life to the parent's, and become the program."""
    parent, death_signal, identity, *program = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if identity == "namespace":
        _enter_namespace(libc)
    elif identity != "same":
        _become(identity)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the parent is gone")
    try:
        os.execv(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"{program[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
