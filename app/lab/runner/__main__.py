"""`python -m app.lab.runner`: be the runner of the data folder that the environment names."""

import sys

from app.lab.runner.door import main

if __name__ == "__main__":
    main(sys.argv[1:])
