"""What each field finds in a library of files, for whom, and that nothing hidden shows by any."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app import database
from app.accounts import people
from app.accounts.permissions import PUBLIC, Person, Role
from app.annotations import store, waiting
from app.commands.sync import up_to_date
from app.errors import Unavailable
from app.lab import runs
from app.lab.runs import Output, queue
from app.lab.shown import lookups
from app.library.names import key
from app.search import settling
from app.search.fields import PARTS, PLACES, STATES
from app.search.find import Results, search
from app.search.settling import compared
from app.settings import Settings

READER = Person(2, "reader", Role.READER)
SECRET = "xyzzy"
TASK = "- [ ] read it\n"
PICTURE = "![](p.png)\n"
WALK = '''"""Walks of {name}."""


def main(n: int = 1) -> dict:
    return {{"ratio": n}}
'''
BLOCK = "```analysis\nscript: {script}\nparams: {{n: {n}}}\nas: wide\n```\n"
CLAIM = "```claim\nid: {id}\ntext: It is so.\ncheck: wide.ratio > 1\nexpect: {expect}\n```\n"
CODE = "walk"

NOTES = {
    "plain": ("public", "# Plain words\n\nNothing but 3 plain words."),
    "target": ("public", "# The target\n\n- [x] done\n- [>] deferred\n\nplain `- [ ] no`"),
    "folder/links": ("public", "# Linking\n\nTo [[target]], plain and [@Café2020; @other]."),
    "maths": ("public", f"# Maths\n\nThat $x^2$ is plain.\n\n{TASK}"),
    "picture": ("public", f"# Picture\n\n{PICTURE}\n- [/] half\n\nplain @bare2021 and @nobody"),
    "computed": ("public", f"# Computed\n\nplain\n\n{BLOCK.format(script=CODE, n=2)}\n"
                 f"{CLAIM.format(id='a', expect='holds')}"),
    "wrong": ("public", f"# Wrong\n\nplain\n\n{BLOCK.format(script=CODE, n=0)}\n"
              f"{CLAIM.format(id='b', expect='refuted')}"),
    "said": ("public", "# Said\n\nplain: it is {{ walk.ratio }}."),
    "secret": ("private", f"# {SECRET} secret\n\nplain {SECRET}: [[target]], [[plain]] [@café2020]"
               f" [@{SECRET}2020] $x$ @bare2021 {{{{ {SECRET}.ratio }}}}\n\n{TASK}{PICTURE}\n"
               f"{BLOCK.format(script=SECRET, n=7)}\n{CLAIM.format(id=SECRET, expect='holds')}"),
}  # fmt: skip
BIB = "@article{bare2021, title={Bare}, author={A}}\n"


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> sqlite3.Connection:
    for name, (visibility, text) in NOTES.items():
        path = settings.notes / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        title, _, rest = text.partition("\n")
        path.write_text(
            f"---\nvisibility: {visibility}\ntags: [t{visibility}]\ntitle: '{title[2:]}'\n"
            f"---\n{rest}"
        )
    (settings.notes / "works.bib").write_text(BIB)
    for script in (CODE, SECRET):
        (settings.analysis / f"{script}.py").write_text(WALK.format(name=script))
    owner = people.owner(connection)
    up_to_date(settings, connection)
    for script, n, more in ((CODE, 2, "many"), (CODE, 0, "none"), (CODE, 1, "one"),
                            (SECRET, 7, SECRET)):  # fmt: skip
        ran(settings, connection, script, n, f"{more} returns", log=f"printed {more} lines")
    annotate(connection, owner, "target", "shared remark")
    annotate(connection, owner, "plain", f"{SECRET} remark", visibility="private")
    annotate(connection, owner, "secret", f"{SECRET} remark")
    return connection


def ran(
    settings: Settings, connection: sqlite3.Connection, script: str, n: int, words: str, log: str
) -> int:
    made = [
        Output("ratio", "value", n, {}),
        Output("remark", "text", words, {}),
        Output("rows", "table", {"columns": ["walker", script], "rows": [[1, "far"]], "total": 1,
                                 "kept": 1}, {}),
        Output("plot", "figure", {"width": 1, "height": 1, "alt": f"distance {words}"}, {}),
    ]  # fmt: skip
    run, _ = runs.enqueue(settings, connection, script, {"n": n}, people.owner(connection),
                          force=True)  # fmt: skip
    claimed = queue.claim(settings, connection, ((run.id, run.id),))
    assert claimed
    queue.finish(settings, connection, run.id, "succeeded", outputs=made, seconds=1, log=log)
    return run.id


def annotate(
    connection: sqlite3.Connection, person: Person, note: str, words: str, **more: Any
) -> None:
    body: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "target": f"/notes/{note}",
        "body": {"type": "TextualBody", "value": words},
        **more,
    }
    store.create(connection, person, body)
    waiting.catch_up(connection)


Find = Callable[..., Results]


@pytest.fixture
def find(settings: Settings, library: sqlite3.Connection) -> Find:
    def found(text: str, person: Person | None = None, limit: int = 100) -> Results:
        who = person or people.owner(library)
        known = lookups.known(settings, library, who)
        return search(library, who, text, limit, known=known)

    return found


def ids(results: Results) -> set[str]:
    return set() if results.relaxed else {hit.id for hit in results.results}


EVERY = set(NOTES)
OPEN = EVERY - {"secret"}


@pytest.mark.parametrize(
    ("text", "public", "private"),
    [
        ("has:todo", {"maths", "picture"}, {"secret"}),
        ("has:math", {"maths"}, {"secret"}),
        ("has:figure", {"picture", "computed", "wrong"}, {"secret"}),
        ("has:analysis", {"computed", "wrong"}, {"secret"}),
        ("has:claim", {"computed", "wrong"}, {"secret"}),
        ("has:annotation", {"target"}, {"plain", "secret"}),
        ("-has:annotation", OPEN - {"target"}, set()),
        ("is:private", set(), {"secret"}),
        ("-is:private", OPEN, set()),
        ("is:refuted", {"wrong"}, set()),
        ("is:stale", set(), set()),
        ("is:orphan", set(), set()),
        ("is:changed", set(), set()),
        ("-is:stale -is:orphan", OPEN, {"secret"}),
        ("links:target", {"folder/links"}, {"secret"}),
        ("links:TARGET.md", {"folder/links"}, {"secret"}),
        ("links:/target", {"folder/links"}, {"secret"}),
        ("links:plain", set(), {"secret"}),
        ("plain -links:target", OPEN - {"folder/links"}, set()),
        ("cites:café2020", {"folder/links"}, {"secret"}),
        ("cites:@CAFE\u03012020", {"folder/links"}, {"secret"}),
        ("cites:other", {"folder/links"}, set()),
        ("cites:bare2021", {"picture"}, {"secret"}),
        ("cites:nobody", set(), set()),
        ("/[0-9] plain/", {"plain"}, set()),
        ("words /PLAIN w/", {"plain"}, set()),
        ("plain -/plain w|[kl]inking/", OPEN - {"plain", "folder/links"}, {"secret"}),
        ("/deferred|done/ OR has:claim", {"target", "computed", "wrong"}, {"secret"}),
        ("tag:tpublic (/x\\^2/ OR -/plain/)", {"maths"}, set()),
        ("-(/plain/ OR words)", set(), set()),
    ],
)
def test_each_field_finds_what_it_says_of_what_the_viewer_may_see(
    find: Find, text: str, public: set[str], private: set[str]
) -> None:
    got = {name: ids(find(f"in:notes ({text})", who)) for name, who in
           {"owner": None, "reader": READER, "public": PUBLIC}.items()}  # fmt: skip
    assert got["public"] == public
    own = {"plain"} if "annotation" in text else set()  # what the owner said for herself
    assert got["owner"] - own == (public | private) - own
    assert got["reader"] - own == got["owner"] - own
    assert not own or ("plain" in got["owner"]) != ("plain" in got["reader"])


@pytest.mark.parametrize(
    ("text", "public", "reader", "owner"),
    [
        ("many", 1, 1, 2),
        ("far walker", 2, 4, 4),
        ("returns in:outputs", 2, 4, 4),
        ("printed", 0, 0, 4),
        (f"{SECRET} in:outputs", 0, 1, 2),
        ("title:walk in:outputs", 2, 4, 8),
        ("in:outputs", 2, 4, 8),
        ("-in:notes -in:code -in:annotations", 2, 4, 8),
        ("in:outputs tag:tpublic", 2, 2, 2),
        ("in:outputs /far$/", 2, 4, 4),
        ("plot ratio remark rows", 2, 4, 4),
    ],
)
def test_outputs_are_found_by_those_who_may_see_them(
    find: Find, text: str, public: int, reader: int, owner: int
) -> None:
    for who, count in ((PUBLIC, public), (READER, reader), (None, owner)):
        found = find(text, who)
        assert (found.total, found.relaxed) == (count, False)
        assert {hit.type for hit in found.results} <= {"output"}


def test_a_hit_in_an_output_leads_to_where_it_stands(find: Find) -> None:
    (shown,) = find("many in:outputs", READER).results
    assert shown.url == "/notes/computed#block-wide"
    assert "<mark>many</mark> returns" in shown.snippet_html
    (alone,) = find('"one returns"', READER).results
    assert alone.url.startswith("/runs/")
    (printed,) = find('"printed one"').results
    assert printed.url == alone.url


def test_a_stale_note_is_found_by_its_block_its_claim_and_its_value(
    settings: Settings, find: Find
) -> None:
    path = settings.analysis / f"{CODE}.py"
    path.write_text(path.read_text() + "\nMORE = 1\n")
    assert ids(find("is:stale in:notes", PUBLIC)) == {"computed", "wrong", "said"}
    assert ids(find("is:stale in:outputs", PUBLIC)) <= {
        hit.id for hit in find("in:outputs", PUBLIC).results
    }
    assert ids(find("-is:stale has:analysis in:notes")) == {"secret"}


# Every way of asking for what only the private note has, and what nobody has.
ASKED = [
    f"links:{SECRET}", "links:secret", "links:/secret", "links:plain", f"cites:{SECRET}2020",
    f"cites:@{SECRET}2020", f"/{SECRET}/", f"/{SECRET[:3]}+/", f"/^plain {SECRET}/",
    f"/{SECRET}/ in:outputs", f"in:outputs {SECRET}", f"in:code /{SECRET}/", "tag:tprivate",
    f"title:{SECRET}", f"in:annotations /{SECRET}/", f"in:annotations {SECRET}*", "is:private",
    f"by:owner {SECRET}", f"motivation:comment {SECRET}", f"colour:yellow /{SECRET}/",
    "is:private in:outputs", f"has:annotation {SECRET}", f"has:claim {SECRET}", "is:refuted /xyz/",
    "is:stale /xyz/", f'"printed {SECRET}"', f"has:figure {SECRET}", f"has:todo /{SECRET}/",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_the_public_finds_nothing_of_what_is_hidden_by_any_field(find: Find, text: str) -> None:
    results = find(text, PUBLIC)
    assert not results.relaxed or SECRET not in repr(results.results)
    assert results.relaxed or (results.total, results.results) == (0, [])
    told = find(text.replace("secret", "nobody"), PUBLIC)
    assert results.note.replace("secret", "nobody") == told.note


@pytest.mark.parametrize(
    "text",
    [*(f"{name}:{value}" for name, values in
       {"in": PLACES, "has": PARTS, "is": STATES}.items() for value in values),
     *ASKED, "/./", "-/q/", "plain", "links:target", "cites:bare2021", "-cites:café2020"],
)  # fmt: skip
def test_the_library_looks_the_same_to_the_public_without_the_private_note(
    settings: Settings, library: sqlite3.Connection, find: Find, text: str
) -> None:
    def seen() -> list[object]:
        found = [find(one, PUBLIC) for one in (text, f"-({text})", f"plain ({text})")]
        return [
            (each.total, each.note, each.relaxed, sorted((h.id, h.url) for h in each.results))
            for each in found
        ]

    before = seen()
    (settings.notes / "secret.md").unlink()
    (settings.analysis / f"{SECRET}.py").unlink()
    with database.transaction(library):
        library.execute("DELETE FROM annotation WHERE body LIKE ?", [f"%{SECRET}%"])
        library.execute("DELETE FROM run WHERE script = ?", [SECRET])
    up_to_date(settings, library, accept_removals=True)
    assert seen() == before


WORDS = (
    *("plain", "OR", "-", "(", ")", '"', "/", "/a/", f"/{SECRET}/", "has:", "has:math"),
    *("is:stale", "is:private", "is:orphan", "links:", "links:target", "links:../..", "cites:@"),
    *("cites:bare2021", "in:outputs", "foo:x", "/(/", "/.*/", "year:2020", "-has:todo", "tag:%"),
)
typed = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=10).map("".join),
    st.text(alphabet='plain/\\[]()|*+?{}9^$-" :OR\0\ud800漢', max_size=50),
)


@given(text=typed, person=st.sampled_from([PUBLIC, READER, None]))
@trying(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_string_raises_and_the_public_sees_what_is_public(
    find: Find, text: str, person: Person | None
) -> None:
    results = find(text, person, limit=200)
    assert results.total == len(results.results)
    if person is PUBLIC:
        assert SECRET not in repr(results.results)
        assert not {hit.id for hit in results.results} & {"secret"}


def test_a_pattern_is_tried_on_the_first_entries_alone_and_says_so(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = find("in:notes /plain/", PUBLIC)
    assert (whole.total, whole.note) == (8, "")
    monkeypatch.setattr(settling, "MOST_TRIED", 3)
    cut = find("in:notes /plain/", PUBLIC)
    assert "first 3 entries" in cut.note
    assert ids(cut) < ids(whole)
    left = find("in:notes -/plain/", PUBLIC)
    assert (ids(left), left.note) == (ids(whole) - ids(cut), cut.note)
    either = find("in:notes (maths OR /plain/)", PUBLIC)
    assert "maths" in ids(either)
    words = find("maths /plain/", PUBLIC)
    assert (ids(words), words.note) == ({"maths"}, "")


def test_what_a_pattern_found_is_marked(find: Find) -> None:
    (hit,) = find("/[0-9] plain w[a-z]+/", PUBLIC).results
    assert "<mark>3 plain words</mark>" in hit.snippet_html


def test_patterns_that_hang_other_engines_end(
    settings: Settings, library: sqlite3.Connection, find: Find
) -> None:
    (settings.notes / "long.md").write_text("---\nvisibility: public\n---\n" + "a" * 30_000 + "!")
    up_to_date(settings, library)
    for pattern in ("(a*)*$b", "(a|aa)+b", "(a+a+)+b", "(.*a){12}b", "((a{0,20}){0,20})bq"):
        results = find(f"/{pattern}/", PUBLIC)
        assert (results.total, results.note) == (0, ""), pattern


def test_a_pattern_that_takes_too_long_says_what_to_do(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "SECONDS", -1.0)
    with pytest.raises(Unavailable, match="too long") as caught:
        find("/a/")
    assert "regular expression" in str(caught.value.hint)


def test_what_no_other_room_was_there_to_answer_is_said(library: sqlite3.Connection) -> None:
    for text in ("is:stale", "is:refuted", "links:target"):
        results = search(library, PUBLIC, text)
        assert results.total == 0
        assert "cannot be answered here" in results.note


def test_a_link_to_no_note_says_so(find: Find) -> None:
    results = find("links:nowhere plain")
    assert results.note == "links: no note is called nowhere."
    assert not results.total or results.relaxed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_keys_are_compared_as_everywhere(text: str) -> None:
    assert compared(text) == key(text)
