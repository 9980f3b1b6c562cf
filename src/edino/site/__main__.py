"""`python -m edino.site`: the `edino` command for processes that Edino itself starts."""

from edino.site.cli import main

main()
