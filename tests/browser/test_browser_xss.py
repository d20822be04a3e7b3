"""Everything that is known to run from a note, in a real browser: nothing may.

The vectors are of the public classes: handlers, elements that load, SVG and MathML, mutation,
addresses that run, styles, frames, forms, KaTeX commands, and Markdown's own forms. Each calls
`alert`, which counts. Three servings: through no sanitiser (the control: it must count), rendered
as Gloss does but without any policy, and the real pages.
"""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page

from app.markup import fill, render

RUN = "alert(1)"
EVENT_NAMES = (
    "abort afterprint animationend animationiteration animationstart auxclick beforecopy beforecut"
    " beforeinput beforematch beforepaste beforeprint beforetoggle beforeunload blur canplay change"
    " click close contextmenu copy cut dblclick drag dragend dragenter dragover dragstart drop"
    " durationchange ended error focus focusin focusout formdata fullscreenchange hashchange input"
    " invalid keydown keypress keyup load loadeddata loadedmetadata loadstart message mousedown"
    " mouseenter mouseleave mousemove mouseout mouseover mouseup mousewheel pagehide pageshow paste"
    " pause play playing pointerdown pointerenter pointermove pointerover pointerrawupdate"
    " pointerup popstate progress resize scroll scrollend search securitypolicyviolation select"
    " selectionchange selectstart submit toggle touchstart transitionend"
    " transitionrun unhandledrejection unload"
    " volumechange wheel"
)
EVENTS = EVENT_NAMES.split()
ELEMENT_NAMES = (
    "a abbr address applet area article aside audio b base bdi bdo bgsound big blink blockquote"
    " body br button canvas caption center cite code col colgroup custom-x data datalist"
    " dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form"
    " frame frameset"
    " h1 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend"
    " li link listing main map mark marquee menu meta meter nav nobr noembed noframes noscript"
    " object ol optgroup option output p param picture plaintext portal pre progress q rp rt ruby s"
    " samp script search section select slot small source span strike strong style sub summary sup"
    " table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
)
ELEMENTS = ELEMENT_NAMES.split()
LOADS = f"src=x: onload={RUN} onerror={RUN} onfocus={RUN} ontoggle={RUN} onbegin={RUN}"
FOCUS = f"autofocus tabindex=1 open style=animation:x onanimationstart={RUN} onmouseover={RUN}"
ADDRESSES = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f" javascript:{RUN}",
    f"java\tscript:{RUN}",
    f"java&#10;script:{RUN}",
    f"java&Tab;script:{RUN}",
    f"java&NewLine;script&colon;{RUN}",
    f"&#106;&#97;vascript:{RUN}",
    f"&#x6A;&#x61;&#x76;&#x61;script:{RUN}",
    f"&#0000106avascript:{RUN}",
    f"javascript&#58;{RUN}",
    f"javascript&#x3A;{RUN}",
    f"&#1;javascript:{RUN}",
    f"\x01javascript:{RUN}",
    f"javascript://example.org/%0a{RUN}",
    f"javascript:/*--></title></style>*/{RUN}",
    f"javascript:void%20{RUN}",
    f"vbscript:{RUN}",
    f"livescript:{RUN}",
    f"data:text/html,<script>parent.{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQuYWxlcnQoMSk8L3NjcmlwdD4=",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    f"feed:javascript:{RUN}",
    f"view-source:javascript:{RUN}",
    f"blob:javascript:{RUN}",
    f"jar:javascript:{RUN}",
    f"//javascript:{RUN}",
    f"\\\\javascript:{RUN}",
)
IN_HTML = (
    '<a href="{}">x</a>',
    "<a href='{}'>x</a>",
    '<img src="{}">',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><button>x</button></form>',
    '<object data="{}"></object>',
)
IN_MARKDOWN = (
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "<{}>",
    "[x]\n\n[x]: <{}>",
    "[x][y]\n\n[y]: {}",
    "[[{}]]",
    "[[x|{}]]",
    "![[{}]]",
    "[{}]",
    "[![x]({})]({})",
)
SCRIPTS = (
    "<script>{}</script>",
    "<SCRIPT>{}</SCRIPT>",
    "<script/x>{}</script>",
    "<script\n>{}</script >",
    "<script src=data:,{}></script>",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<<script>{}//<</script>",
    "<script>{}",
    "</p><script>{}</script>",
    "<!--><script>{}</script>-->",
    "<b <script>{}</script>0",
    "<svg><script>{}</script></svg>",
    "<svg><script xlink:href=data:,{} /></svg>",
    "<math><script>{}</script></math>",
    '<script type="text/javascript">{}</script>',
    "<title><script>{}</script></title>",
    "<textarea><script>{}</script></textarea>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "<?xml ?><script>{}</script>",
    "<!DOCTYPE x><script>{}</script>",
    "<![CDATA[<script>{}</script>]]>",
    "`<script>{}</script>",
    "<xss><script>{}</script></xss>",
)
EMBEDDING = (
    "<svg onload={}>",
    "<svg/onload={}>",
    "<svg><g onload={}></g></svg>",
    "<svg><style onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><set onbegin={} attributename=x>",
    "<svg><a><animate attributeName=href values=javascript:{} /><text y=20>x</text></a></svg>",
    "<svg><a xlink:href=javascript:{}><text y=20>x</text></a></svg>",
    "<svg><foreignObject><img src=x: onerror={}></foreignObject></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' onload='{}'/>#x\"/></svg>",
    "<svg><image href=x: onerror={}></svg>",
    "<svg><desc><img src=x: onerror={}></desc></svg>",
    "<svg><title><img src=x: onerror={}></title></svg>",
    "<svg><handler type=text/ecmascript>{}</handler>",
    "<math href=javascript:{}>x</math>",
    "<math><mi xlink:href=javascript:{}>x</mi></math>",
    '<math><annotation-xml encoding="text/html"><img src=x: onerror={}></annotation-xml></math>',
    '<math><maction actiontype="statusline" xlink:href="javascript:{}">x</maction></math>',
    "<math><mtext><img src=x: onerror={}></mtext></math>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src=javascript:parent.{}></iframe>",
    "<iframe onload={}></iframe>",
    "<object data=javascript:{}></object>",
    "<embed src=javascript:{}>",
    "<object onerror={} data=x:></object>",
    "<base href='javascript:{}//'><a href=x>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<link rel=stylesheet href=javascript:{}>",
    "<link rel=stylesheet onerror={} href=x:>",
    "<form><button formaction=javascript:{}>x</button></form>",
    "<form><input type=submit formaction=javascript:{}></form>",
    "<isindex action=javascript:{} type=image>",
    "<video><source onerror={}></video>",
    "<video src=x: onerror={}></video>",
    "<audio src=x: onerror={}>",
    "<details open ontoggle={}>x</details>",
    "<marquee onstart={}>x</marquee>",
    "<body onload={}>",
    "<body onpageshow={}>",
    "<frameset onload={}>",
    "<select autofocus onfocus={}>",
    "<input autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>",
    "<keygen autofocus onfocus={}>",
    "<bgsound src=javascript:{}>",
    "<table background=javascript:{}><td>x</table>",
    "<dialog open onclose={}>",
    "<input type=image src=x: onerror={}>",
    "<picture><source srcset=x:><img src=x: onerror={}></picture>",
    "<img srcset=x: onerror={}>",
    "<img/src=x:/onerror={}>",
    "<img src=x: onerror\n=\n{}>",
    "<img src='x:'onerror={}>",
    "<img \x00src=x: onerror={}>",
    '<img src="x:" alt="``onerror={}">',
    "<img src=x: OnErRoR={}>",
    '<IMG """><img src=x: onerror={}>">',
    "<x contenteditable autofocus onfocus={} tabindex=1>x",
    "<img src=x: title='>' onerror={}>",
    "<a href=x style=animation:x onanimationstart={}>x</a>",
    "<p style='background:url(javascript:{})'>x</p>",
    "<p style='width:expression({})'>x</p>",
    "<style>@import 'javascript:{}';</style>",
    "<p style=behavior:url(x)>{}</p>",
    "<style>p{{background:url(javascript:{})}}</style>",
    "<a ping=javascript:{} href=#>x</a>",
)
MUTATION = (
    "<noscript><p title='</noscript><img src=x: onerror={}>'>",
    "<template><img src=x: onerror={}></template>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x: onerror={}&gt;'>",  # noqa: E501 (one vector)
    "<svg></p><style><a id='</style><img src=x: onerror={}>'>",
    "<math></p><style><!--</style><img src=x: onerror={}>--></style>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x: onerror={}>",
    "<svg><style><![CDATA[</style><img src=x: onerror={}>]]></style>",
    "<xmp><p title='</xmp><img src=x: onerror={}>'>",
    "<noembed><p title='</noembed><img src=x: onerror={}>'>",
    "<noframes><p title='</noframes><img src=x: onerror={}>'>",
    "<iframe><p title='</iframe><img src=x: onerror={}>'>",
    "<title><p title='</title><img src=x: onerror={}>'>",
    "<textarea><p title='</textarea><img src=x: onerror={}>'>",
    "<style><p title='</style><img src=x: onerror={}>'>",
    "<plaintext><img src=x: onerror={}>",
    "<!-- --!><img src=x: onerror={}> -->",
    "<!--><img src=x: onerror={}>-->",
    "<comment><img src='</comment><img src=x: onerror={}>'>",
    "<a href='<!--'>--><img src=x: onerror={}></a>",
    "<select><style></select><img src=x: onerror={}></style>",
    "<table><td><svg><desc><td><img src=x: onerror={}>",
    "<svg><foreignObject><math><mi><style><img src=x: onerror={}></style></mi></math></foreignObject></svg>",  # noqa: E501 (one vector)
    "<math><annotation-xml encoding=text/html><style><!--</style><img src=x: onerror={}>",
    '<b title="`\'<img src=x: onerror={}>">x</b>',
    "<p id='</p><img src=x: onerror={}>'>x",
    '<img title="--><img src=x: onerror={}>">',
    "<details><summary title='</details><img src=x: onerror={}>'>x",
    "<td title='</td><img src=x: onerror={}>'>x",
    "<pre>\n</pre><listing><img src=x: onerror={}></listing>",
    "<a><table><a><img src=x: onerror={}></a></table></a>",
)
MARKDOWN = (
    "# <img src=x: onerror={}>",
    '## a" onmouseover="{}" x="',
    "## <svg onload={}>\n\n[[#<svg onload={}>]]",
    '![a" onerror="{}](x:)',
    '![x](x: "t\\" onerror={}")',
    '![x](x:"onerror={})',
    '[x](https://e.org/"onmouseover="{})',
    "[x](y 'a\" autofocus onfocus={} b')",
    "[<img src=x: onerror={}>](y)",
    "```<img src=x: onerror={}>\nx\n```",
    '```x" onmouseover="{}\nx\n```',
    "```html\n<script>{}</script>\n```",
    "    <script>{}</script>",
    "`<script>{}</script>`",
    "a[^<img src=x: onerror={}>]\n\n[^<img src=x: onerror={}>]: x",
    "a[^1]\n\n[^1]: <img src=x: onerror={}>",
    "a^[<img src=x: onerror={}>]",
    "| <img src=x: onerror={}> |\n|---|\n| <svg onload={}> |",
    '- [ ] <img src=x: onerror={}>\n- [ ] a" onfocus="{}" autofocus',
    "> [!note] <img src=x: onerror={}>\n> x",
    "> [!<img src=x: onerror={}>] t\n> x",
    '> [!x" onmouseover="{}] t\n> x',
    "[[x|<img src=x: onerror={}>]]",
    '[[x" onmouseover="{}]]',
    "[[<img src=x: onerror={}>]]",
    '![[x.png|"onerror="{}]]',
    "![[<svg onload={}>]]",
    '![400" onerror="{}](x:)',
    "==<img src=x: onerror={}>==",
    "%%<img src=x: onerror={}>%%",
    "#tag<img src=x: onerror={}>",
    '#a"onmouseover="{}',
    'text ^id"onmouseover="{}',
    "{{{{ a.b | <img src=x: onerror={}> }}}}",
    "{{{{ <svg onload={}> }}}}",
    "[@<img src=x: onerror={}>]",
    '[@x, "<img src=x: onerror={}>]',
    "```claim\nid: x\ntext: <img src=x: onerror={}>\ncheck: 1 < 2\n```",
    "```claim\nid: <svg onload={}>\ntext: x\ncheck: 1 < 2\n```",
    "```claim\nid: y\ntext: y\ncheck: <svg onload={}>\n```",
    "```analysis\nscript: <img src=x: onerror={}>\n```",
    "```analysis\nscript: random_walk\ncaption: <img src=x: onerror={}>\n```",
    '```analysis\nscript: random_walk\nas: "<svg onload={}>"\n```',
    "```mermaid\ngraph TD; A[<img src=x: onerror={}>]\n```",
    "```bibtex\n@book{{x, title = {{<img src=x: onerror={}>}}}}\n```",
    '<!--gloss:link {{"target":"\\"onmouseover={}"}}-->x</a>',
    '<!--gloss:output {{"name":"<svg onload={}>"}}-->',
    '<a id="gloss00000000000000000000000000000000t0;" onmouseover={}>x</a>',
    '<https://e.org/"onmouseover="{}>',
    'https://e.org/"onmouseover="{}',
    "www.e.org/<img/src=x:/onerror={}>",
    'a@e.org"onmouseover="{}',
    "&lt;script&gt;{}&lt;/script&gt;",
    "\\<script>{}</script>",
    "<b title='*'>*</b><img src=x: onerror={}>*",
    "***<svg onload={}>***",
    "1. <script>{}</script>\n2. x",
    "~~<svg onload={}>~~",
    "x  \n<img src=x: onerror={}>",
    '[x]: y "<svg onload={}>"\n\n[x]',
)
TEX = (
    r"\href{{javascript:{}}}{{x}}",
    r"\href{{java script:{}}}{{x}}",
    r"\url{{javascript:{}}}",
    r"\htmlClass{{x}}{{y}}",
    r'\htmlId{{x" onmouseover="{}}}{{y}}',
    r"\htmlStyle{{animation: x}}{{y}}",
    r"\htmlData{{x={}}}{{y}}",
    r"\includegraphics[alt=x]{{javascript:{}}}",
    r"\text{{<img src=x: onerror={}>}}",
    r"\text{{</annotation><script>{}</script>}}",
    r'\text{{"onmouseover="{}}}',
    r"<img src=x: onerror={}>",
    r"\unicode{{x3c}}script{}",
    r"\def\x{{\href{{javascript:{}}}{{y}}}}\x",
    r"\nope<img src=x: onerror={}>",
    r"\style{{x}}{{<svg onload={}>}}",
    r"\class{{x}}{{<svg onload={}>}}",
    r"\cssId{{<svg onload={}>}}{{x}}",
    r"\require{{html}}\href{{javascript:{}}}{{x}}",
    r"\color{{red;background:url(javascript:{})}}x",
    r"\tag{{<img src=x: onerror={}>}}",
    r"\label{{<img src=x: onerror={}>}}x\ref{{<svg onload={}>}}",
    r"\begin{{align}}</math><img src=x: onerror={}>\end{{align}}",
    r"\operatorname{{<svg onload={}>}}",
    r"\frac{{<img src=x: onerror={}>}}",
)


def vectors() -> dict[str, list[str]]:
    """Every vector, by its class."""
    images = ADDRESSES[:6]
    return {
        "events": [f'<img src=x: tabindex=1 on{event}="{RUN}">' for event in EVENTS],
        "elements": [f"<{name} {LOADS} {FOCUS}>x</{name}>" for name in ELEMENTS],
        "addresses": [form.format(each) for each in ADDRESSES for form in IN_HTML[:2]]
        + [form.format(each) for each in images for form in IN_HTML[2:]],
        "scripts": [each.format(RUN) for each in SCRIPTS],
        "embedding": [each.format(*[RUN] * 2) for each in EMBEDDING],
        "mutation": [each.format(RUN) for each in MUTATION],
        "links": [form.format(*[a] * 2) for a in ADDRESSES for form in IN_MARKDOWN],
        "markdown": [each.format(*[RUN] * 2) for each in MARKDOWN],
        "tex": [
            form.format(tex.format(*[RUN] * 2)) for tex in TEX for form in ("${}$", "$$\n{}\n$$")
        ],
    }


VECTORS = vectors()
ALL = [vector for each in VECTORS.values() for vector in each]
CONTROLLED = ("events", "elements", "addresses", "scripts", "embedding", "mutation", "links")
ONE_PAGE = 60

# Counts in every frame, whatever the vector calls; `top` is the page of the test.
COUNT = """
window.hits = window.hits || [];
for (const name of ["alert", "confirm", "prompt", "print"])
  window[name] = () => {
    try { top.hits.push(location.href) } catch { window.hits.push(location.href) }
  };
"""
# What a reader could do: point at everything, and follow whatever leads nowhere on the web.
TOUCH = """() => {
  const safe = /^(https?|mailto|tel|doi)?:/;
  for (const each of [...document.querySelectorAll("body *")]) {
    for (const name of ["mouseenter", "pointerover", "click", "animationstart"])
      if (!each.closest("a, form")) each.dispatchEvent(new Event(name));
    for (const name of ["mouseover", "focus"]) each.dispatchEvent(new Event(name));
    if (each.matches("a") && !safe.test(each.protocol)) each.click();
    if (each.matches("[formaction]")) each.click();
    if (each.matches("form") && !safe.test(each.action)) each.submit();
  }
}"""
IN_FRAMES = """touch => {
  for (const each of document.querySelectorAll("iframe"))
    try { each.contentWindow.eval(`(${touch})()`); } catch { /* it went elsewhere */ }
}"""
# Parsed once more, as scripts that move nodes about would.
AGAIN = """() => {
  const box = document.createElement("div");
  document.body.append(box);
  box.innerHTML = document.querySelector("main").innerHTML;
  box.innerHTML = box.innerHTML;
}"""


def naive() -> MarkdownIt:
    """What a Markdown library does when nobody thinks of safety."""
    md = MarkdownIt("commonmark", {"html": True})
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    return md


def ours(source: str) -> str:
    rendered = render(source, path="hostile/note")
    claims = "".join(claim.html for claim in rendered.claims)
    return fill(rendered.html + claims + rendered.summary, {"link": lambda given: '<a href="#x">'})


class Pages(http.server.BaseHTTPRequestHandler):
    """`/raw/3`: a vector without a sanitiser. `/control/0`: many in frames. `/rendered/0`: ours."""

    def do_GET(self) -> None:
        kind, _, number = self.path.strip("/").partition("/")
        made = {"raw": raw_page, "control": control_page, "rendered": rendered_page}.get(kind)
        content = made(int(number)).encode("utf-8", "replace") if made else b""
        self.send_response(200 if made else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


CONTROL = [(name, vector) for name in CONTROLLED for vector in VECTORS[name][::2]]


def raw_page(number: int) -> str:
    return f"<!doctype html><style>@keyframes x {{}}</style>{naive().render(CONTROL[number][1])}"


def control_page(part: int) -> str:
    numbers = range(part * ONE_PAGE, min(len(CONTROL), (part + 1) * ONE_PAGE))
    frames = "".join(f'<iframe src="/raw/{number}"></iframe>' for number in numbers)
    return f"<!doctype html><main>{frames}</main>"


def rendered_page(part: int) -> str:
    some = ALL[part * ONE_PAGE : (part + 1) * ONE_PAGE]
    notes = "".join(f"<section>{ours(vector)}</section>" for vector in some)
    return f"<!doctype html><style>@keyframes x {{}}</style><main>{notes}</main>"


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def counting(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page that counts what runs; its policy is whatever is served."""
    contexts = []

    def open_one() -> Page:
        contexts.append(browser.new_context())
        contexts[-1].add_init_script(COUNT)
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()


def hits(page: Page) -> list[str]:
    page.wait_for_timeout(150)
    found: list[str] = page.evaluate("window.hits")
    return found


def parts(count: int) -> range:
    return range((count + ONE_PAGE - 1) // ONE_PAGE)


def test_there_are_some_hundreds_of_vectors() -> None:
    assert len(ALL) > 700
    assert len(set(ALL)) == len(ALL)


def test_the_control_runs(pages: str, counting: Callable[[], Page]) -> None:
    """Without a sanitiser, vectors of each class run: so counting works."""
    page = counting()
    ran: set[int] = set()
    for part in parts(len(CONTROL)):
        page.goto(f"{pages}/control/{part}")
        page.evaluate(IN_FRAMES, TOUCH)
        found = [address for address in hits(page) if "/raw/" in address]
        ran |= {int(address.split("/raw/")[1].split("?")[0].split("#")[0]) for address in found}
    classes = {CONTROL[number][0] for number in ran}
    assert classes == set(CONTROLLED)
    assert len(ran) > 80


def test_nothing_runs_in_what_we_render(pages: str, counting: Callable[[], Page]) -> None:
    """Not even without a policy, touched everywhere, and parsed a second time."""
    page = counting()
    elsewhere: list[str] = []
    page.on("request", lambda sent: elsewhere.append(sent.url))
    page.on("dialog", lambda dialog: (elsewhere.append(dialog.message), dialog.dismiss()))
    for part in parts(len(ALL)):
        address = f"{pages}/rendered/{part}"
        page.goto(address)
        page.evaluate(TOUCH)
        page.evaluate(AGAIN)
        page.evaluate(TOUCH)
        assert hits(page) == []
        assert page.url.split("#")[0] == address
        assert len(page.frames) == 1
        assert page.locator("section").count() >= min(ONE_PAGE, len(ALL) - part * ONE_PAGE)
    assert [url for url in elsewhere if not url.startswith((f"{pages}/", "x:"))] == []


FIELDS = ("title", "date", "venue", "doi", "arxiv", "url", "citekey", "kind", "updated", "bibtex")
LISTS = ("tags", "aliases", "authors", "analyses")
IMAGE = f"<img src=x: onerror={RUN}>"


def hostile_notes() -> dict[str, str]:
    """The vectors as notes, their front matter and their names no kinder."""
    written = {
        f"vectors {part}": "\n\n".join(ALL[part * ONE_PAGE : (part + 1) * ONE_PAGE])
        for part in parts(len(ALL))
    }
    for name in FIELDS:
        for each in (IMAGE, f"javascript:{RUN}", f'" onmouseover="{RUN}'):
            front = f"{name}: {json.dumps(each)}\nvisibility: public\n"
            written[f"{name} {len(written)}"] = f"---\n{front}---\nText of {name}.\n"
    for name in LISTS:
        front = f"{name}: {json.dumps([IMAGE, f'javascript:{RUN}'])}\nvisibility: public\n"
        written[f"{name} {len(written)}"] = f"---\n{front}---\nText of {name}.\n"
    written[f"<img src=x onerror={RUN}>"] = "A name. [[vectors 0]]\n"
    written[f"a' onmouseover='{RUN}' b"] = "Another name. [[vectors 0]]\n"
    return written


def test_nothing_runs_on_our_pages(server: Any, signed_in: Page, complaints: list[str]) -> None:
    """With the policy, which has nothing to refuse: a refusal would be a complaint."""
    folder = server.notes / "hostile"
    folder.mkdir()
    for name, source in hostile_notes().items():
        (folder / f"{name}.md").write_text(source, encoding="utf-8", errors="replace")
    server.command("sync")
    signed_in.add_init_script(COUNT)
    shown = 0
    lists = [
        "/",
        "/folders/hostile",
        "/search?q=text",
        "/problems",
        "/claims",
        "/journal",
        "/annotations/",
    ]
    for address in [*lists, *(f"/notes/hostile/{quote(name)}" for name in hostile_notes())]:
        answer = signed_in.goto(address)
        shown += answer is not None and answer.status == 200
        signed_in.evaluate(TOUCH)
        assert signed_in.evaluate("window.hits") == [], address
        assert address.split("?")[0] in signed_in.url, address
    assert shown > len(FIELDS) + len(LISTS)
    assert [told for told in complaints if "Failed to load resource" not in told] == []
    complaints.clear()
