"""`python -m server.cli`: the same as `enumera`, where the script is not on the path."""

from server.cli import main

main()
