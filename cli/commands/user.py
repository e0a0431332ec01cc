"""`dalil user`: who may use a shared chat."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import epilog, in_one_line, show

USERS: Final = Path("dalil-users.json")
_MOST_OF_A_LINE: Final = 1 << 16

UserName = Annotated[str, typer.Argument(metavar="NAME", hidden=True)]
UsersFile = Annotated[
    Path, typer.Option("--auth", metavar="FILE", help="The file of users that `dalil chat --auth` names.")
]

user = typer.Typer(help="Adds and removes users of a shared chat.", no_args_is_help=True)


@user.command(
    epilog=epilog(
        "dalil user add salma                   asks for a password, twice",
        "dalil user add salma < password.txt    takes it from the first line",
        "dalil chat --host 0.0.0.0 --auth dalil-users.json",
    )
)
def add(name: UserName, path: UsersFile = USERS) -> None:
    """Adds a user, or gives one a new password.

    The password is asked for, and kept as a hash. Who is logged in stays so until the chat is started
    again.
    """
    from web.server.users import Users

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline(_MOST_OF_A_LINE).rstrip("\r\n")
    is_new = Users(path).add(name, password)
    show(f"{in_one_line(f'{path}: {name}')} {'was added' if is_new else 'has a new password'}.")


@user.command(epilog=epilog("dalil user remove salma"))
def remove(name: UserName, path: UsersFile = USERS) -> None:
    """Removes a user. Who is logged in stays so until the chat is started again."""
    from web.server.users import Users

    Users(path).remove(name)
    show(in_one_line(f"{path}: {name} was removed."))


@user.command("list", epilog=epilog("dalil user list"))
def list_users(path: UsersFile = USERS) -> None:
    """Lists the users, one a line."""
    from web.server.users import Users

    for name in sorted(Users(path).load()):
        show(in_one_line(name))
