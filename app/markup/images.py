"""Images: a path below `notes/` becomes an address under `/media/`; alone, an image is a figure."""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import image_size, paths, plain
from app.markup.page import Page

MEDIA = "/media/"
MOST = 3  # pieces of a paragraph that is an image: it, and breaks around it


def image(page: Page, token: Token) -> None:
    title = str(token.attrGet("title") or "")
    page.write(tag(page, token, title))


def tag(page: Page, token: Token, title: str = "") -> str:
    written = plain.text(token.children or [])
    alt, _, _ = image_size.split(written)
    source = address(page, str(token.attrGet("src") or ""))
    attributes = f' src="{escapeHtml(source)}"' if source else ""
    attributes += f' alt="{escapeHtml(alt)}"{image_size.attributes(written)}'
    return f"<img{attributes}" + (f' title="{escapeHtml(title)}"' if title else "") + ">"


def address(page: Page, source: str) -> str:
    """Where the image is; empty, with a problem, if that is outside of the library."""
    inside = paths.below("", source.removeprefix(MEDIA)) if source.startswith(MEDIA) else None
    if page.path is not None and inside is not None:
        page.media[inside] = None
        return paths.media_url(inside)
    if page.path is None or not paths.is_relative(source):
        return source if paths.SCHEME.match(source) or source.startswith("/media/") else ""
    path = paths.below(page.path, source.partition("#")[0])
    if path is None:
        page.problem(f"The image {source} is not below the folder of the notes.")
        return ""
    page.media[path] = None
    return paths.media_url(path)


def alone(inline: Token | None) -> Token | None:
    """The image of a paragraph that holds nothing else, if it says what it shows."""
    children = (inline and inline.children) or []
    if not 1 <= len(children) <= MOST or children[0].type not in ("image", "softbreak"):
        return None  # as nearly every paragraph
    images = [child for child in children if child.type == "image"]
    others = [child for child in children if child.type != "image"]
    if len(images) != 1 or any(child.type != "softbreak" for child in others):
        return None
    found = images[0]
    return (
        found
        if found.attrGet("title") or image_size.split(plain.text(found.children or []))[0]
        else None
    )


def figure(page: Page, token: Token) -> None:
    """The image with its title as the caption."""
    caption = str(token.attrGet("title") or "")
    page.write(f"<figure>{tag(page, token)}")
    if caption:
        page.write(f"<figcaption>{escapeHtml(caption)}</figcaption>", caption)
    page.write("</figure>\n")
    page.end_line()
