"""The application as the server loads it, in each of its processes."""

from __future__ import annotations

import gc

from app import create_app
from app.settings import load
from app.supervisor import die_with_parent
from app.web import cache
from app.web.rsgi import Server

die_with_parent()
settings = load()
application = Server(
    create_app(settings),
    lambda environ: cache.is_kept(environ, settings),
    threads=settings.threads,
    seconds=settings.body_seconds,
)
# What stands now stays: to look through it for garbage took 24 ms of whatever was being answered.
gc.collect()
gc.freeze()
