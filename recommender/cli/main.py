"""The command group, and the one place where errors become a sentence and an exit code.

What a command needs is imported when it is named, so that `recommender --help` costs little more
than click does.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module

import click

from recommender.cli.streams import prepare_streams
from recommender.version import __version__

COMMANDS = {
    "init": "Look at a folder of articles and write its settings.",
    "index": "Read and encode what is new or changed.",
    "neighbours": "Print an article's related list.",
    "fit": "Learn from the editors' lists what counts on this site.",
    "evaluate": "Measure how well the lists agree with the editors'.",
    "compare": "Set two of these reports side by side.",
    "export": "Write every article's list into a file.",
    "write": "Put the lists into the front matter.",
    "verify": "Read every byte of an index: is it sound?",
    "models": "Say which embedding models are here.",
}
"""Name to what the help of the group says of it."""

ALIASES = {"neighbors": "neighbours"}
EXIT_OUR_ERROR = 1
EXIT_INTERRUPTED = 130


class _Commands(click.Group):
    """Imports a command's module when that command is named, so that none pays for another."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"recommender.cli.{name}").command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="recommender")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="Settings file.  [default: recommender.yaml, if it is there]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, config: str | None, debug: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Related-article lists for a folder of Markdown files.

    A first run:  recommender init articles/ ;  recommender index ;  recommender neighbours ARTICLE
    """
    from pathlib import Path

    from recommender.cli.log import show_warnings

    show_warnings()
    ctx.obj = None if config is None else Path(config)
    _ = debug  # looked up where errors end, in `main`


def main() -> None:
    """Run the command line and exit.

    0 fine, 1 our error, 2 usage, 3 a threshold that was not reached, 130 interrupted.
    """
    # The system frees all at once in the end; looking for cycles first takes longer.
    atexit.register(gc.freeze)
    prepare_streams()
    is_debugging = "--debug" in sys.argv
    if is_debugging:
        from recommender.cli.log import show_traceback

        sys.excepthook = show_traceback
    try:
        code = cli.main(prog_name="recommender", standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as help_:
        help_.show()
        code = help_.exit_code
    except click.ClickException as error:
        code = _say(_usage(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        code = _say("interrupted; nothing is lost.", EXIT_INTERRUPTED)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # a fault of ours is a sentence too, and no wall of text
        if is_debugging:
            raise
        code = _say(_explained(error), EXIT_OUR_ERROR)
    sys.exit(code)


def _usage(error: click.ClickException) -> str:
    """What is wrong with the command line, and where to read what is right."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}: see `{context.command_path if context else 'recommender'} --help`."


def _explained(error: Exception) -> str:
    """What is wrong, and what to do."""
    from recommender import RecommenderError

    match error:
        case RecommenderError():
            return str(error)
        case OSError(strerror=str(reason)):
            place = f"{error.filename} cannot be used" if error.filename else "the system refused"
            return f"{place}: {reason}; put that right and try again."
        case MemoryError():
            return "there is not enough memory: end other programs, or give it fewer articles."
    return (
        f"unexpected {type(error).__name__} ({error}): this is a fault of the program; please "
        "report what `recommender --debug …` shows."
    )


def _say(message: str, code: int) -> int:
    from recommender.cli.terminal import harmless, shortened

    click.echo(f"recommender: {harmless(shortened(message))}", err=True)
    return code
