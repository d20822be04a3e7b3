// What mathematics needs and KaTeX lacks: definitions that may be made again, equation numbers,
// labels and references, and the environments that it does not know. Runs inside the engine of
// mathematics.py, after KaTeX.
//
// Numbers depend on the note, so a formula is typeset without them: where one belongs stands a
// mark, U+E000, a letter, a number, U+E001, which equations.py replaces. N: the number of the
// formula's nth equation; T: the same in the MathML; R and Q: what its nth \ref or \eqref refers
// to; S: the same in the MathML. KaTeX's lexer refuses U+E000, so authors write none.
"use strict";

const SIZE = 50;  // em; the largest \rule or \kern
const MOST_EVALUATED = 2000;
const WORD = /^\\[a-zA-Z@]+$/;
// Halves of marks: an author can have them by \char.
const STRAY = /\uE000(?![NTRQS]\d+\uE001)|(?<!\uE000[NTRQS]\d+)\uE001/g;
const DEFINITION = /^\\(?:newcommand|def|let)(?![a-zA-Z@])/;
// What KaTeX sets for itself, and what is meant for one formula only.
const OWN = new Set(["\\df@tag", "\\@eqnsw", "\\cr", "\\color", "\\current@color", "\\arraystretch"]);

let seen;  // in the formula being typeset: its equations, references, tags, kinds
const evaluated = new Map();  // definitions, by name and source

// `numbered`: false outside of notes, where a number would be that of an equation of the note.
function typeset(tex, display, macros, numbered) {
  seen = {numbered, equations: [], references: [], tags: [], current: 0, parts: null, multline: false};
  const table = {};
  for (const [name, source] of macros) table[name] = meaning(name, source);
  const before = {...table};
  let answer;
  try {
    const tree = katex.__renderToDomTree(tex, options(display, table));
    if (seen.multline) multlines(tree);
    answer = finished(tree.toMarkup());
  } catch (error) {
    answer = {error: String(error.message || error)};
  }
  return {...answer, defined: definitions(before, table)};
}

function options(display, table) {
  return {displayMode: display, macros: table, globalGroup: true, trust: false, strict: "ignore",
    output: "htmlAndMathml", throwOnError: true, maxSize: SIZE};
}

// Definitions ---------------------------------------------------------------------------------

// A macro's source is its replacement text, or a whole \newcommand, \def or \let of it.
function meaning(name, source) {
  if (!DEFINITION.test(source)) return source;
  const key = `${name} ${source}`;
  if (!evaluated.has(key)) {
    if (evaluated.size > MOST_EVALUATED) evaluated.clear();
    const table = {};
    katex.__parse(source, options(false, table));
    evaluated.set(key, table[name]);
  }
  return evaluated.get(key);
}

// What the formula has defined outside of its groups, as sources.
function definitions(before, table) {
  const found = [];
  for (const [name, value] of Object.entries(table)) {
    if (value === before[name] || value === undefined || OWN.has(name)) continue;
    const source = sourceOf(name, value);
    if (source !== null) found.push([name, source]);
  }
  return found;
}

function sourceOf(name, value) {
  if (typeof value === "string") return value;
  if (typeof value === "function") return value.source || null;
  const body = textOf(value.tokens);
  if (value.unexpandable !== undefined) return `\\let${name}=${body}`;
  const between = value.delimiters || [];
  let parameters = (between[0] || []).join("");
  for (let number = 1; number <= value.numArgs; number++)
    parameters += `#${number}${(between[number] || []).join("")}`;
  return `\\def${name}${parameters}{${body}}`;
}

// Tokens lie in the order of a stack: the first is the last. So do these functions' arguments.
function textOf(tokens) {
  return tokens.map(({text}) => (WORD.test(text) ? `${text} ` : text)).reverse().join("");
}

function tokensOf(tex, like) {
  const texts = tex.match(/\\[a-zA-Z@]+|\\[^]|[^]/g) || [];
  return texts.map((text) => made(text, like)).reverse();
}

function made(text, like, noexpand) {
  return Object.assign(Object.create(Object.getPrototypeOf(like)), {text, loc: like.loc, noexpand});
}

function optional(context) {
  context.consumeSpaces();
  if (context.future().text !== "[") return null;
  context.popToken();
  return context.consumeArg(["]"]).tokens;
}

function starred(context) {
  context.consumeSpaces();
  const found = context.future().text === "*";
  if (found) context.popToken();
  return found;
}

function nameOf(context) {
  const {tokens, start} = context.consumeArg();
  if (tokens.length !== 1 || tokens[0].text[0] !== "\\")
    throw new katex.ParseError("A definition begins with the name of a command", start);
  return tokens[0].text;
}

// \newcommand{\name}[2][first]{…}; all three kinds may define again, as in a note's own preamble.
function newcommand(context, keeps) {
  starred(context);
  const name = nameOf(context);
  const count = Number(textOf(optional(context) || []) || 0);
  const first = optional(context);
  const {tokens} = context.consumeArg();
  if (keeps && context.isDefined(name)) return "";
  const macro = {tokens, numArgs: count};
  context.macros.set(name, first ? withDefault(name, macro, first) : macro);
  return "";
}

function withDefault(name, macro, first) {
  const expand = (context) => {
    const like = context.future();
    const given = optional(context) || first;
    context.pushTokens([made("}", like), ...given, made("{", like)]);
    return macro;
  };
  expand.source =
    `\\newcommand{${name}}[${macro.numArgs}][${textOf(first)}]{${textOf(macro.tokens)}}`;
  return expand;
}

katex.__defineMacro("\\newcommand", (context) => newcommand(context, false));
katex.__defineMacro("\\renewcommand", (context) => newcommand(context, false));
katex.__defineMacro("\\providecommand", (context) => newcommand(context, true));
katex.__defineMacro("\\DeclareRobustCommand", (context) => newcommand(context, false));

katex.__defineMacro("\\DeclareMathOperator", (context) => {
  const star = starred(context) ? "*" : "";
  const name = nameOf(context);
  context.macros.set(name, `\\operatorname${star}{${textOf(context.consumeArg().tokens)}}`);
  return "";
});

katex.__defineMacro("\\DeclarePairedDelimiter", (context) => {
  const name = nameOf(context);
  const [left, right] = context.consumeArgs(2).map(textOf);
  context.macros.set(name, `\\@paired{${left}}{${right}}`);
  return "";
});

katex.__defineMacro("\\@paired", (context) => {
  const [left, right] = context.consumeArgs(2).map(textOf);
  const grows = starred(context);
  const size = textOf(optional(context) || []).trim();
  const inside = textOf(context.consumeArg().tokens);
  if (grows) return `\\left${left}${inside}\\right${right}`;
  return size ? `${size}l${left}${inside}${size}r${right}`
    : `\\mathopen{${left}}${inside}\\mathclose{${right}}`;
});

// Numbers, labels, references -----------------------------------------------------------------

const define = (name, handler, numArgs = 1) => katex.__defineFunction({
  type: "internal", names: [name], numArgs, argTypes: ["raw"].slice(0, numArgs),
  allowedInText: true, handler,
});
const nothing = (parser) => ({type: "internal", mode: parser.mode});
const mark = (letter, number) => `\uE000${letter}${number}\uE001`;
const marked = (letter, number) => ({type: "textord", mode: "text", text: mark(letter, number)});

// The equation of the present row. `\df@tag` is where KaTeX keeps the tag of a row until it ends.
function equation(macros) {
  if (macros.get("\\df@tag") === undefined) {
    seen.current = seen.equations.push({labels: [], tag: null}) - 1;
    macros.set("\\df@tag", `\\text{(\\@number{${seen.current}})}`, true);
  }
  return seen.equations[seen.current];
}

define("\\label", ({parser}, [{string}]) => {
  const macros = parser.gullet.macros;
  const counts = seen.numbered || macros.get("\\df@tag") !== undefined;
  if (counts && parser.settings.displayMode && macros.get("\\@eqnsw") !== "0")
    equation(macros).labels.push(string.trim());
  return nothing(parser);
});

define("\\@unnumbered", ({parser}) => {
  const macros = parser.gullet.macros;
  if (macros.get("\\df@tag") !== undefined && seen.equations[seen.current].tag === null) {
    macros.set("\\df@tag", undefined, true);
    seen.equations[seen.current].labels = [];
  }
  macros.set("\\@eqnsw", "0", true);
  return nothing(parser);
}, 0);
katex.__defineMacro("\\nonumber", "\\@unnumbered");
katex.__defineMacro("\\notag", "\\@unnumbered");

katex.__defineMacro("\\tag", (context) => {
  const star = starred(context);
  const {tokens} = context.consumeArg();
  return `\\@tag{${seen.tags.push({star, tokens}) - 1}}`;
});
define("\\@tag", ({parser}, [{string}]) => {
  const {star, tokens} = seen.tags[Number(string)];
  const macros = parser.gullet.macros;
  const present = equation(macros);
  if (present.tag !== null) throw new katex.ParseError("Multiple \\tag");
  present.tag = textOf(tokens).trim();
  const [open, close] = star ? ["", ""] : ["(", ")"];
  const like = parser.gullet.future();
  const begin = tokensOf(`\\text{\\@number{${seen.current}}${open}{`, like);
  const end = tokensOf(`}${close}}`, like);
  macros.set("\\df@tag", {tokens: [...end, ...tokens, ...begin], numArgs: 0}, true);
  return nothing(parser);
});
define("\\@number", (_, [{string}]) => marked("N", string));

const refer = (letter) => (_, [{string}]) =>
  marked(letter, seen.references.push(string.trim()) - 1);
define("\\@ref", refer("R"));
define("\\@eqref", refer("Q"));
katex.__defineMacro("\\ref", "\\text{\\@ref{#1}}");
katex.__defineMacro("\\eqref", "\\text{(\\@eqref{#1})}");

// The markup, with a mark wherever a number belongs, and the equations in the order of the page.
function finished(markup) {
  const at = markup.indexOf('<span class="katex-html"');
  const boxes = markup.slice(at);
  if (/^<span class="katex-html" aria-hidden="true"><\/span>/.test(boxes)) return {html: ""};
  const order = [];
  const inBoxes = boxes.replace(/<span class="eqn-num"><\/span>|\uE000N(\d+)\uE001/g, (_, known) => {
    const place = mark("N", order.push(known === undefined ? {labels: [], tag: null}
      : seen.equations[Number(known)] || {labels: [], tag: null}) - 1);
    return known === undefined
      ? `<span class="mord text"><span class="mord">(${place})</span></span>` : place;
  });
  let next = 0;
  const spoken = markup.slice(0, at)
    .replace(/<mtd class ?="mml-eqn-num"><\/mtd>|\uE000N\d+\uE001/g, (found) => {
      const column = found[0] === "<";
      return column ? `<mtd><mtext>${mark("T", next++)}</mtext></mtd>` : mark("N", next++);
    })
    .replace(/\uE000[RQ](\d+)\uE001/g, (_, number) => mark("S", number));
  return {html: (spoken + inBoxes).replace(STRAY, ""), equations: order,
    references: seen.references, parts: seen.parts};
}

// Environments --------------------------------------------------------------------------------

const ENVIRONMENTS = {
  "equation": (body, star) => inside(`equation${star}`, star ? unlabelled(body) : body),
  "multline": (body, star) => multline(body, star),
  "eqnarray": (body, star) => inside(`align${star}`, joined(labelled(body, star).map(withoutSecondTab))),
  "align": (body, star) => inside(`align${star}`, joined(labelled(body, star))),
  "alignat": (body, star) => inside(`alignat${star}`, joined(labelled(body, star))),
  "gather": (body, star) => inside(`gather${star}`, joined(labelled(body, star))),
  "flalign": (body, star) => inside(`align${star}`, joined(labelled(body, star))),
  "subequations": (body) => subequations(body),
  "displaymath": (body) => body,
  "math": (body) => body,
};

katex.__defineMacro("\\begin", (context) => {
  const {tokens, start} = context.consumeArg();
  const name = textOf(tokens).trim();
  if (/^d?array$/.test(name)) plainColumns(context, start);
  const rewrite = ENVIRONMENTS[name.replace(/\*$/, "")];
  if (rewrite === undefined || !Object.hasOwn(ENVIRONMENTS, name.replace(/\*$/, "")))
    return {numArgs: 0, tokens: [made("}", start), ...tokens, made("{", start),
      made("\\begin", start, true)]};
  const star = seen.numbered && !name.endsWith("*") ? "" : "*";
  const body = rewrite(bodyOf(context, name, start), star);
  return {numArgs: 0, tokens: body.reverse()};
});

// The tokens up to \end{name}, first to last, as these functions have them.
function bodyOf(context, name, start) {
  const body = [];
  for (let depth = 0; ;) {
    const token = context.popToken();
    if (token.text === "EOF")
      throw new katex.ParseError(`\\begin{${name}} has no \\end{${name}}`, start);
    if (endsWithin(context, token)) {
      context.pushToken(token);
      context.expandOnce();
    } else if (token.text === "\\begin" || token.text === "\\end") {
      const {tokens} = context.consumeArg();
      if (textOf(tokens).trim() === name) depth += token.text === "\\begin" ? 1 : -1;
      if (depth < 0) return body;
      body.push(token, made("{", token), ...tokens.reverse(), made("}", token));
    } else body.push(token);
  }
}

// Whether a token is an abbreviation such as \eea, for \end{eqnarray}.
function endsWithin(context, {text}) {
  if (!WORD.test(text)) return false;
  const macro = context.macros.get(text);
  if (typeof macro === "string") return /\\end(?![a-zA-Z@])/.test(macro);
  return Boolean(macro && macro.tokens && macro.tokens.some((token) => token.text === "\\end"));
}

// The rows; `\\\\` after the last one begins no other.
function rowsOf(body) {
  const rows = [[]];
  forOuter(body, (token, outer) => {
    if (outer && (token.text === "\\\\" || token.text === "\\cr")) rows.push([]);
    else rows[rows.length - 1].push(token);
  });
  const last = rows[rows.length - 1];
  if (rows.length > 1 && last.every(({text}) => text === " ")) rows.pop();
  return rows;
}

// Each token, and whether it stands in no group and in no environment.
function forOuter(body, visit) {
  let depth = 0;
  for (const token of body) {
    if (token.text === "}" || token.text === "\\end") depth -= 1;
    visit(token, depth === 0);
    if (token.text === "{" || token.text === "\\begin") depth += 1;
  }
}

function joined(rows, before = "") {
  return rows.flatMap((row, number) => number
    ? [...tokensOf(`${before}\\\\`, rows[0][0] || row[0]).reverse(), ...row] : row);
}

function inside(name, body) {
  if (!body.length) return [];
  const like = body[0];
  const around = (tex) => tokensOf(tex, like).reverse();
  const [begin, ...rest] = around(`\\begin{${name}}`);
  begin.noexpand = true;
  return [begin, ...rest, ...body, ...around(`\\end{${name}}`)];
}

// eqnarray has a column of its own for the relation, align has not.
function withoutSecondTab(row) {
  const kept = [];
  let tabs = 0;
  forOuter(row, (token, outer) => {
    if (!(outer && token.text === "&" && ++tabs === 2)) kept.push(token);
  });
  return kept;
}

// The rows; those of a starred environment have a label only beside a tag, as in LaTeX.
const labelled = (body, star) => (star ? rowsOf(body).map(unlabelled) : rowsOf(body));

function unlabelled(row) {
  const isTagged = row.some(({text}) => text === "\\tag");
  return isTagged ? row : without(["\\label"], row, []);
}

// One formula over several lines: one number, at the last of them.
function multline(body, star) {
  const rows = rowsOf(body);
  const moved = [];
  const bare = rows.map((row) => without(["\\label", "\\tag"], row, moved));
  if (star && !moved.some(({text}) => text === "\\tag")) moved.length = 0;
  if (!bare[0].length) return [];
  bare[bare.length - 1].push(...moved);
  bare[0].unshift(made("\\@multline", bare[0][0]));
  return inside(`gather${star}`, joined(bare, "\\nonumber"));
}

// A row without these commands and their arguments, which are moved elsewhere.
function without(names, row, moved) {
  const kept = [];
  for (let at = 0; at < row.length; at++) {
    if (!names.includes(row[at].text)) {
      kept.push(row[at]);
      continue;
    }
    do moved.push(row[at++]); while (at < row.length && row[at].text !== "}");
    if (at < row.length) moved.push(row[at]);
  }
  return kept;
}

// A span that no spacing rule sees: a minus after it stays a sign.
katex.__defineFunction({
  type: "multline", names: ["\\@multline"], numArgs: 0,
  handler: ({parser}) => {
    seen.multline = true;
    return {type: "multline", mode: parser.mode};
  },
  htmlBuilder: () => new katex.__domTree.Span(["mspace", "multline-start"], []),
  mathmlBuilder: () => ({classes: [], toMarkup: () => "", toText: () => ""}),
});
katex.__defineMacro("\\shoveleft", "#1");
katex.__defineMacro("\\shoveright", "#1");

// The first line stands left, the last one right; in a style sheet's hands is how far apart.
function multlines(node, above = []) {
  if (node.classes && node.classes.includes("multline-start")) {
    const list = above.findLastIndex((one) => one.classes && one.classes.includes("vlist"));
    const rows = list < 0 ? [] : above[list].children;
    if (rows.length > 1) {
      rows[0].style.textAlign = "left";
      rows[rows.length - 1].style.textAlign = "right";
      above[list - 2].classes.push("multline");
    }
  }
  for (const child of node.children || []) multlines(child, [...above, node]);
}

// Numbered 3a, 3b, …; a label before the first equation means all of them.
function subequations(body) {
  const rest = [...body];
  const labels = [];
  while (rest.length && rest[0].text === " ") rest.shift();
  while (rest.length && rest[0].text === "\\label") {
    const end = rest.findIndex(({text}) => text === "}");
    labels.push(textOf(rest.splice(0, end + 1).slice(2, -1).reverse()).trim());
    while (rest.length && rest[0].text === " ") rest.shift();
  }
  seen.parts = labels;
  return rest;
}

// KaTeX's double-struck letters have no 1, the usual sign of an indicator.
katex.__defineMacro("\\mathbb", (context) => {
  const {tokens, start} = context.consumeArg();
  if (textOf(tokens).trim() === "1")
    return "\\mathord{\\html@mathml{\\mathrm{1\\hspace{-0.26em}l}}{\\text{𝟙}}}";
  return {numArgs: 0, tokens: [made("}", start), ...tokens, made("{", start),
    made("\\mathbb", start, true)]};
});

katex.__defineMacro("\\intertext", "\\nonumber\\mathrlap{\\text{#1}}\\\\");
katex.__defineMacro("\\shortintertext", "\\nonumber\\mathrlap{\\text{#1}}\\\\");

// Commands of packages that most notes take for granted ------------------------------------------

for (const [name, meaning] of Object.entries({
  "\\mathds": "\\mathbb{#1}", "\\mathbbm": "\\mathbb{#1}", "\\ensuremath": "#1", "\\xspace": "",
  "\\allowdisplaybreaks": "",
  "\\nicefrac": "{{}^{#1}\\!/\\!{}_{#2}}", "\\displaybreak": "",
})) katex.__defineMacro(name, meaning);
katex.__defineMacro("\\require", (context) => { context.consumeArg(); return ""; });
