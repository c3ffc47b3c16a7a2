"""The web process: the application that a WSGI server loads."""

import os

from server.app import create_app
from server.config import Config

app = create_app(Config.from_env(os.environ))
