"""`dalil user`: who may use a shared chat."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.console import epilog, show
from cli.streams import in_one_line

USERS: Final = Path("dalil-users.json")
_MAX_LINE_SHARE: Final = 1 << 16

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
        password = sys.stdin.readline(_MAX_LINE_SHARE).rstrip("\r\n")
    is_new = Users(path).add(name, password)
    show(f"{in_one_line(f'{path}: {name}')} {'was added' if is_new else 'has a new password'}.")


@user.command(epilog=epilog("dalil user remove salma"))
def remove(name: UserName, path: UsersFile = USERS) -> None:
    """Removes a user. Who is logged in stays so until the chat is started again."""
    from web.server.users import Users

    Users(path).remove(name)
    show(in_one_line(f"{path}: {name} was removed."))


@user.command(epilog=epilog("dalil user group archive salma sami", "dalil user group archive"))
def group(
    name: Annotated[str, typer.Argument(metavar="GROUP", hidden=True)],
    members: Annotated[list[str] | None, typer.Argument(metavar="[NAME ...]", hidden=True)] = None,
    path: UsersFile = USERS,
) -> None:
    """Makes a group of users, in place of one with that name; without users it is removed."""
    from web.server.users import Users

    Users(path).set_group(name, members or ())
    show(in_one_line(f"{path}: {name}: {', '.join(members or ()) or 'removed'}"))


@user.command(
    epilog=epilog(
        "dalil user share كتبي                            shows its owner, and who may ask it",
        "dalil user share كتبي --owner salma --reader sami --group archive",
        "dalil user share كتبي --everybody                may ask and change it",
    )
)
def share(
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", hidden=True)],
    owner: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who may change it; the present owner if not given.")
    ] = None,
    readers: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="A user who may ask it; repeatable."),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="GROUP", help="A group whose users may ask it; repeatable."),
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="It has no owner any more.")] = False,
    path: UsersFile = USERS,
) -> None:
    """Sets the owner of a collection of the chat and who else may ask it, replacing earlier settings.

    A collection that a user makes in a chat with users is that user's alone until it is shared.
    """
    from qa.collections.library import Library
    from web.server.users import Users

    library = Library()
    info = library.info(library.id_of(collection))
    if everybody or owner or readers or groups:
        users = Users(path)
        named = users.readers(readers or (), groups or ())
        owner = "" if everybody else owner or info.owner
        if named and not owner:
            raise typer.BadParameter("Without an owner everybody may ask it: name one with --owner.")
        if owner:
            (owner,) = users.readers([owner], ())
        info = library.share(collection, owner, named)
    show(
        in_one_line(f"{info.name}: {info.owner or 'everybody'}; readers: {', '.join(info.readers) or 'none'}")
    )


@user.command("list", epilog=epilog("dalil user list"))
def list_users(path: UsersFile = USERS) -> None:
    """Lists the users, one a line, each with the groups that it is in."""
    from web.server.users import Users

    users = Users(path)
    for name in sorted(users.load()):
        groups = " ".join(f"@{group}" for group in sorted(users.groups_of(name)))
        show(in_one_line(f"{name} {groups}".rstrip()))
