"""Signing in with a link that works once, and signing out."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import people
from app.accounts.permissions import Action
from app.web import access

blueprint = Blueprint("people", __name__)

DAY = 86_400


@blueprint.get("/sign-in")
@access.needs(Action.VISIT)
def ask() -> Response:
    """Looking at the link does not use it up: a program that previews links must not."""
    token = request.args.get("token", "")
    good = bool(token) and people.link_is_good(g.db, token)
    words = "This link was used already, or is older than a day." if token else "You need a link."
    return page(good, words, 410 if token and not good else 200, token)


@blueprint.post("/sign-in")
@access.needs(Action.VISIT)
def sign_in() -> ResponseReturnValue:
    settings = access.settings()
    session = people.sign_in(g.db, request.form.get("token", ""), settings.session_days)
    if session is None:
        return page(False, "This link was used already, or is older than a day.", 410)
    response = redirect("/", 303)
    response.set_cookie(
        access.COOKIE,
        session,
        max_age=settings.session_days * DAY,
        httponly=True,
        samesite="Lax",
        secure=settings.base_url.startswith("https:"),
    )
    return response


@blueprint.post("/sign-out")
@access.needs(Action.VISIT)
def sign_out() -> ResponseReturnValue:
    people.sign_out(g.db, request.cookies.get(access.COOKIE, ""))
    response = redirect("/", 303)
    response.delete_cookie(access.COOKIE, httponly=True, samesite="Lax")
    return response


def page(good: bool, words: str, status: int = 200, token: str = "") -> Response:
    heading = "Sign in to this library" if good or status == 200 else "This link does not work"
    html = render_template("sign_in.html", good=good, words=words, heading=heading, token=token)
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
