"""`python -m cnncalc` is `cnncalc`."""

from .cli.main import main

main()
