"""The command group, and the one place where errors become a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from recommender import RecommenderError, __version__

COMMANDS = (
    "init",
    "index",
    "neighbours",
    "fit",
    "evaluate",
    "compare",
    "export",
    "write",
    "verify",
    "models",
)
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


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="recommender")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file.  [default: recommender.yaml, if it is there]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, debug: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Related-article lists for a folder of Markdown files.

    A first run:  recommender init articles/ ;  recommender index ;  recommender neighbours ARTICLE
    """
    ctx.obj = config
    _ = debug  # looked up where errors end, in `main`


def main() -> None:
    """Run the command line and exit.

    0 fine, 1 our error, 2 usage, 3 a threshold that was not reached, 130 interrupted.
    """
    try:
        code = cli.main(prog_name="recommender", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = _say("interrupted; nothing is lost.", EXIT_INTERRUPTED)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except (RecommenderError, OSError) as error:
        if "--debug" in sys.argv:
            raise
        code = _say(_sentence(error), EXIT_OUR_ERROR)
    sys.exit(code)


def _sentence(error: RecommenderError | OSError) -> str:
    """What went wrong: ours say it themselves, those of the system in parts."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    place = "" if error.filename is None else f"{error.filename}: "
    return f"{place}{error.strerror}: put that right and try again."


def _say(message: str, code: int) -> int:
    from recommender.cli.terminal import harmless

    click.echo(f"recommender: {harmless(message)}", err=True)
    return code
