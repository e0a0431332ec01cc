"""`python -m cli`: the same as the console script `dalil`."""

from cli.entry import main

main()
