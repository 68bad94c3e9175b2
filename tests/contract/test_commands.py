"""What becomes of a command on its way to the host."""

from __future__ import annotations

import json

import pytest
from pyinfra.api import HiddenValue, QuoteString, StringCommand
from pyinfra.connectors.util import make_unix_command

from mailman_suite.base.host_program import program
from tests.contract.repository import Repository
from tests.unit.rules import files_of

# Linux: MAX_ARG_STRLEN, the longest single argument, which is what `sh -c COMMAND` is.
LONGEST_ARGUMENT = 128 * 1024
# What outlives its command, a window or a backup, runs from a directory instead.
HOST_PROGRAMS = [
    ".".join(path.with_suffix("").parts[2:])
    for path in files_of("mailman_suite/host")
    if path.stem != "__init__" and path.parts[2] not in ("window", "backup")
]
NASTY = 'it\'s "quoted" $HOME `id` \\n \\\\ ${x} ünïcode * ; & |'
SHELL = """
    from pathlib import Path
    from pyinfra.api import QuoteString, StringCommand, operation

    @operation()
    def shell(*bits, **arguments):
        yield StringCommand(*bits, **arguments)
"""


def test_sudo_user_without_sudo_is_ignored():
    command = make_unix_command(StringCommand("id"), _sudo_user="mailman")
    assert command.get_raw_value() == "sh -c id"
    command = make_unix_command(StringCommand("id"), _sudo=True, _sudo_user="mailman")
    assert command.get_raw_value() == "sudo -H -n -u mailman sh -c id"


def test_su_user_alone_is_enough():
    command = make_unix_command(StringCommand("id"), _su_user="mailman", _su_shell="sh")
    assert command.get_raw_value().startswith("su -s $(command -v sh) mailman -c ")


@pytest.mark.parametrize(
    "bit", [HiddenValue("hush hush"), QuoteString(HiddenValue("hush hush"))], ids=["bare", "quoted"]
)
def test_a_hidden_value_is_masked_in_all_but_the_raw_command(bit: object):
    inner = StringCommand("echo", bit)
    for command in (inner, make_unix_command(inner, _env={"A": "b"})):
        shown = [str(command), repr(command), command.get_masked_value(), f"{command}"]
        assert not any("hush" in text for text in shown)
        assert "*MASKED*" in str(command)
        assert "hush hush" in command.get_raw_value()


def test_a_masked_quoted_value_is_quoted_in_the_raw_command():
    command = StringCommand("echo", QuoteString(HiddenValue("two words; id")))
    assert command.get_raw_value() == "echo 'two words; id'"


def test_verbose_output_shows_neither_hidden_values_nor_standard_input(repository: Repository):
    repository.write(
        "deploy.py",
        SHELL
        + """
    from pyinfra.api import HiddenValue
    shell("cat >/dev/null; :", QuoteString(HiddenValue("hush")), name="quiet", _stdin="hush\\n")
    """,
    )
    run = repository.pyinfra("@local", "deploy.py", "-y", "-vvv")
    assert run.returncode == 0
    assert ">>> " in run.stderr
    assert "hush" not in run.stdout + run.stderr


def test_a_fact_with_a_heredoc_arrives_unharmed(repository: Repository):
    program_text = f"import json\nfor word in {NASTY!r}.split():\n    print(json.dumps(word))\n"
    repository.write("program.py", program_text)
    repository.write(
        "deploy.py",
        """
        import json
        from pathlib import Path
        from pyinfra import host
        from pyinfra.api import FactBase

        class Words(FactBase):
            def command(self):
                return "python3 - <<'END'\\n" + Path("program.py").read_text() + "END"

            def process(self, output):
                return [json.loads(line) for line in output]

        Path("answer.json").write_text(json.dumps(host.get_fact(Words)))
        """,
    )
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 0
    assert json.loads((repository.path / "answer.json").read_text()) == NASTY.split()


def test_standard_input_carries_a_megabyte_unharmed(repository: Repository):
    repository.write("content", (NASTY + "\n") * 20_000)
    repository.write(
        "deploy.py",
        SHELL + '    shell("cat > copy", name="copy", _stdin=Path("content").read_text())\n',
    )
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 0
    assert (repository.path / "copy").read_bytes() == (repository.path / "content").read_bytes()


@pytest.mark.parametrize(("length", "returncode"), [(120 * 1024, 0), (LONGEST_ARGUMENT, 1)])
def test_a_command_may_have_nearly_128_kib(repository: Repository, length: int, returncode: int):
    repository.write("deploy.py", SHELL + f'    shell(": {"x" * length}", name="long")\n')
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == returncode


@pytest.mark.parametrize("name", HOST_PROGRAMS)
def test_each_host_program_fits_into_a_command(name: str):
    """With all that it imports; a third of the room is left for its arguments."""
    length = len(make_unix_command(program(name, "look")).get_raw_value().encode())
    assert length < LONGEST_ARGUMENT * 2 // 3, f"{length} bytes: let it import less"


def test_a_quote_in_a_quoted_text_costs_seventeen_characters():
    lengths = [
        len(make_unix_command(StringCommand("python3", "-c", QuoteString(text))).get_raw_value())
        for text in ("a b'", "a b''")
    ]
    assert lengths[1] - lengths[0] == 17
