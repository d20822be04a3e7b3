"""Markdown with the stock plugins that do the same: what a page costs before our own rules.

Tables, strikethrough, footnotes, dollars (found, not typeset), tasks and front matter.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.tasklists import tasklists_plugin


def parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for plugin in (front_matter_plugin, footnote_plugin, dollarmath_plugin, tasklists_plugin):
        md.use(plugin)
    return md
