"""The lab by hand: `python -m lab --help`."""

from __future__ import annotations

import argparse
import os
import sys
import time

from lab import access, layers, machines, processes, records
from lab.commands import LabError
from lab.images import SUITES


def main() -> int:
    """Exit status: 0 done, 1 not possible (the sentence on standard error says why)."""
    arguments = _parser().parse_args()
    try:
        arguments.action(arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


def _up(arguments: argparse.Namespace) -> None:
    began = time.monotonic()
    machine = machines.up(
        arguments.name, suite=arguments.suite, layer=arguments.layer, binds=arguments.bind
    )
    took = time.monotonic() - began
    print(f"{machine.name} ({machine.suite}) answers at {machine.address} after {took:.1f} s")


def _down(arguments: argparse.Namespace) -> None:
    if arguments.all:
        machines.down_all()
    for name in arguments.names:
        machines.down(name)


def _list(arguments: argparse.Namespace) -> None:
    for record in records.machines():
        power = "on" if processes.is_running(record.name) else "off"
        disk = " + ".join((record.disk.suite, *record.disk.layers))
        print(f"{record.name:24} {record.address:15} {power:4} {disk}")


def _shell(arguments: argparse.Namespace) -> None:
    machine = machines.get(arguments.name)
    terminal = "-t" if sys.stdin.isatty() and not arguments.command else "-T"
    argv = [*access.ssh(machine.name, terminal), "--", *arguments.command]
    os.execvp(argv[0], argv)


def _layers(arguments: argparse.Namespace) -> None:
    for name in records.layers():
        disk = records.layer(name)
        print(f"{name:40} {' + '.join((disk.image, *disk.layers))}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Real Debian machines.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_power_commands(commands)
    _add_layer_commands(commands)

    down = commands.add_parser("down", help="remove machines and their disks")
    down.add_argument("names", nargs="*", metavar="NAME")
    down.add_argument("--all", action="store_true", help="all machines, and the lab's network")
    down.set_defaults(action=_down)

    commands.add_parser("list", help="machines that exist").set_defaults(action=_list)

    shell = commands.add_parser("shell", help="a shell, or one command, in a machine")
    shell.add_argument("name")
    shell.add_argument("command", nargs=argparse.REMAINDER)
    shell.set_defaults(action=_shell)
    return parser


def _add_power_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    up = commands.add_parser("up", help="create a machine, or boot one that is off")
    up.add_argument("name")
    up.add_argument("--suite", choices=SUITES, help="Debian release (default: bookworm)")
    up.add_argument("--from", dest="layer", metavar="LAYER", help="start as a clone of the layer")
    up.add_argument(
        "--bind",
        action="append",
        default=[],
        metavar="PATH[:PATH_INSIDE]",
        help="let the machine read a directory of this box",
    )
    up.set_defaults(action=_up)
    for name, function, text in (
        ("power-cut", machines.power_cut, "kill everything in it at once; `up` boots it again"),
        ("shut-down", machines.shut_down, "stop it cleanly; `up` boots it again"),
        ("network-cut", lambda name: machines.get(name).network_cut(), "drop all its packets"),
        ("network-repair", lambda name: machines.get(name).network_repair(), "deliver them again"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("name")
        command.set_defaults(action=lambda arguments, function=function: function(arguments.name))


def _add_layer_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    snapshot = commands.add_parser("snapshot", help="freeze what a machine wrote into a layer")
    snapshot.add_argument("name")
    snapshot.add_argument("layer")
    snapshot.set_defaults(action=lambda given: machines.snapshot(given.name, given.layer))

    clone = commands.add_parser("clone", help="create a machine from a layer (`up --from`)")
    clone.add_argument("layer")
    clone.add_argument("name")
    clone.set_defaults(action=_up, suite=None, bind=[])

    commands.add_parser("layers", help="layers that exist").set_defaults(action=_layers)

    prune = commands.add_parser("prune", help="remove layers and images that nothing uses")
    prune.add_argument("layers", nargs="*", metavar="LAYER", help="only these")
    prune.set_defaults(action=lambda arguments: layers.prune(arguments.layers))


if __name__ == "__main__":
    sys.exit(main())
