"""`python -m web` is `luochui`."""

from web.cli import main

main()
