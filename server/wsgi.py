"""The web process: the application that a WSGI server loads."""

import gc
import os

from server.app import create_app
from server.config import Config

app = create_app(Config.from_env(os.environ))

gc.freeze()  # what is loaded now stays; the collector need not walk through it at every turn
gc.set_threshold(20_000, 20, 20)
