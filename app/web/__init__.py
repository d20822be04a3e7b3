"""The pages: one blueprint per noun, put together into an application."""

from flask import Flask

from app.settings import Settings
from app.web import (
    access,
    analyses,
    annotations,
    api,
    api_sweeps,
    assets,
    attaching,
    body,
    cache,
    claims,
    compare,
    completion,
    doubts,
    drafts,
    editor,
    feeds,
    headers,
    health,
    history,
    journal,
    lab_parts,
    lists,
    log,
    moves,
    notes,
    opensearch,
    people,
    problems,
    references,
    related,
    report,
    runs,
    search,
    stale,
    sweeps,
    templates,
    trash,
)

BLUEPRINTS = (
    health.blueprint,
    assets.blueprint,
    people.blueprint,
    lists.blueprint,
    notes.blueprint,
    journal.blueprint,
    editor.blueprint,
    drafts.blueprint,
    attaching.blueprint,
    completion.blueprint,
    moves.blueprint,
    history.blueprint,
    trash.blueprint,
    doubts.blueprint,
    search.blueprint,
    opensearch.blueprint,
    analyses.blueprint,
    runs.blueprint,
    compare.blueprint,
    sweeps.blueprint,
    stale.blueprint,
    claims.blueprint,
    references.blueprint,
    related.blueprint,
    report.blueprint,
    annotations.blueprint,
    api.blueprint,
    api_sweeps.blueprint,
    feeds.blueprint,
)


def application(settings: Settings) -> Flask:
    """Every blueprint under the same doors: limits, permission, headers, errors, one log line."""
    app = Flask("app", template_folder="web/templates", static_folder=None)
    app.config.from_mapping(
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=settings.max_body_bytes + settings.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
    )
    app.url_map.merge_slashes = False
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for door in (access, headers, cache, problems, templates, lab_parts):
        door.install(app)
    limited = body.Limits(app.wsgi_app, settings)
    outer = log.Requests(cache.NotModified(limited, settings))
    app.wsgi_app = outer  # type: ignore[assignment,method-assign]  # Flask's own way to be wrapped
    return app
