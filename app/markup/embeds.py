"""`![[note]]`, `![[note#Heading]]`, `![[note#^block]]`: another note's words, shown in this one.

The page that shows the note fills them in, for it knows what its reader may see; the canonical
text has `![[note]]` in their place. In running text an embed parts the paragraph; where no block
can stand (a heading, a cell, emphasis) it is a link. `![[picture.png|400]]` is an image;
`![[paper.pdf]]`, a sound or a film is a link to the file.
"""

from __future__ import annotations

from copy import copy
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import block_ids, canonical, links, paths, wikilinks
from app.markup.page import Page
from app.markup.placeholders import typed

BREAKS = ("softbreak", "hardbreak")


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("image", "embed", rule)
    md.core.ruler.after("block_ids", "embeds", part_paragraphs)


def rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("![[", state.pos):
        return False
    match = wikilinks.WIKILINK.match(state.src, state.pos + 1)
    if match is None or match.end() > state.posMax or not (match[1].strip() or match[2]):
        return False
    if not silent:
        push(state, *wikilinks.parts(match), (match[3] or "").strip())
    state.pos = match.end()
    return True


def use_as_links(md: MarkdownIt) -> None:
    """Outside of notes, where nothing is embedded: `![[note]]` is the link, without its sign."""
    md.inline.ruler.before("image", "embed", rule_of_links)


def rule_of_links(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("![[", state.pos):
        return False
    state.pos += 1
    is_link = wikilinks.rule(state, silent)
    state.pos -= not is_link
    return is_link


def push(state: StateInline, target: str, fragment: str, words: str) -> None:
    if paths.IMAGE.search(target):
        token = state.push("image", "img", 0)
        token.attrs = {"src": quote(target), "alt": ""}
        text = Token("text", "", 0, content=words)
        token.children, token.content = [text] if words else [], words
    elif paths.FILE.search(target):
        token = state.push("file", "a", 0)
        token.content = target.rpartition("/")[2]
        token.meta = {"target": target, "fragment": fragment}
    else:
        token = state.push("embed", "", 0)
        token.content = wikilinks.shown(target, fragment)
        token.meta = {"target": target, "fragment": fragment}


def part_paragraphs(state: StateCore) -> None:
    """Part each paragraph that holds embeds into words, embed, words."""
    if "![[" not in state.src:
        return
    found: list[Token] = []
    for at, token in enumerate(state.tokens):
        if at and is_parted(state.tokens, at):
            found.pop()
            found += parts(state.tokens[at - 1], token, state.tokens[at + 1])
        elif not (at > 1 and is_parted(state.tokens, at - 1)):
            found.append(token)
    state.tokens = found


def is_parted(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    return (
        token.type == "inline"
        and tokens[at - 1].type == "paragraph_open"
        and any(is_outer(child) for child in token.children or [])
    )


def is_outer(child: Token) -> bool:
    """An embed that stands in no emphasis and in no link."""
    return child.type == "embed" and child.level == 0


def parts(opening: Token, inline: Token, closing: Token) -> list[Token]:
    found: list[Token] = []
    words: list[Token] = []
    for child in [*(inline.children or []), None]:
        if child is not None and not is_outer(child):
            words.append(child)
            continue
        found += paragraph(opening, inline, closing, words)
        words = []
        if child is not None:
            block = Token("embed_block", "", 0, map=inline.map, level=opening.level)
            block.meta = child.meta
            found.append(block)
    found[0].meta = {**found[0].meta, **opening.meta}
    return found


def paragraph(opening: Token, inline: Token, closing: Token, words: list[Token]) -> list[Token]:
    """A paragraph of these words, if there are any."""
    kept = list(words)
    while kept and is_blank(kept[0]):
        kept.pop(0)
    while kept and is_blank(kept[-1]):
        kept.pop()
    if not kept:
        return []
    first, middle = copy(opening), copy(inline)
    first.meta, middle.children = {}, kept
    return [first, middle, closing]


def is_blank(token: Token) -> bool:
    return token.type in BREAKS or (token.type == "text" and not token.content.strip())


def block(page: Page, token: Token) -> None:
    """The placeholder. An embed is a link, too: the other note is told of it."""
    target, fragment = named(token)
    page.end_line()
    anchor = block_ids.anchor(page, token.meta.get("block"))
    if anchor:
        page.write(f"<span{anchor}></span>")
    if target:
        page.note_link(target, fragment)
    given = {"target": target, "fragment": fragment}
    page.insert(typed("embed", given), canonical.embed(target, fragment))
    page.write("\n")
    page.end_line()


def inline(page: Page, token: Token) -> None:
    """Where no block can stand: a link."""
    target, fragment = token.meta["target"], token.meta["fragment"]
    wikilinks.open_link(page, target, fragment)
    page.write(f"{escapeHtml(token.content)}</a>", token.content)


def named(token: Token) -> tuple[str, str]:
    """The note, and the path of headings in it or the block."""
    fragment = token.meta["fragment"]
    parts = [links.anchor(part) for part in fragment.split("#") if part.strip()]
    return links.normal(token.meta["target"]), "#".join(parts)


def file(page: Page, token: Token) -> None:
    """A file that is neither note nor image: a link to it, never an object inside the page."""
    target = token.meta["target"]
    path = paths.below(page.path or "", quote(target))
    if path is None:
        page.problem(f"The file {target} is not below the folder of the notes.")
        page.write(escapeHtml(token.content), token.content)
        return
    kind = target.rpartition(".")[2].upper()
    attributes = page.shelf.attributes(f'class="file" data-kind="{kind}"')
    page.write(f"<span{attributes}>")
    links.to_file(page, path, token.meta["fragment"])
    page.write(f"{escapeHtml(token.content)}</a></span>", token.content)
