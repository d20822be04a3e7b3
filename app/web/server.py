"""The application as the server loads it, in each of its processes."""

from __future__ import annotations

from app import create_app
from app.supervisor import die_with_parent

die_with_parent()
application = create_app()
