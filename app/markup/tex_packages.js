// Commands and environments that MathJax and the usual packages have and KaTeX lacks, so that a
// formula written for another program comes out as its author meant it. After tex.js, whose
// functions it uses. A macro of a note or a library wins over all of these.
"use strict";

// What KaTeX refuses and TeX's other readers take ------------------------------------------------

let prototype;  // of KaTeX's parser, which shows itself to functions only
define("\\@parser", ({parser}) => {
  prototype = Object.getPrototypeOf(parser);
  return nothing(parser);
}, 0);
katex.__parse("\\@parser", {});

// x^\sqrt2, N_\min, B_\bar\rho: a command with its arguments, without braces around it.
const parseFunction = prototype.parseFunction;
prototype.parseFunction = function (stop, name) {
  const isScript = name === "superscript" || name === "subscript";
  const node = parseFunction.call(this, stop, isScript ? undefined : name);
  if (isScript && node && node.type === "infix")
    throw new katex.ParseError(`A ${name} must stand in braces here`);
  return node;
};

// \text{a_b}: in text, these two signs are signs.
const SIGNS = {"_": "\\_", "^": "\\textasciicircum"};
const parseGroup = prototype.parseGroup;
prototype.parseGroup = function (name, stop) {
  const {text} = this.fetch();
  if (this.mode !== "text" || !Object.hasOwn(SIGNS, text)) return parseGroup.call(this, name, stop);
  this.consume();
  return {type: "textord", mode: "text", text: SIGNS[text]};
};

// A function or macro of KaTeX's own, after its arguments have been looked at.
const itself = (name, like) => made(name, like, true);
const group = (tokens, like) => [made("}", like), ...tokens, made("{", like)];

// Environments -------------------------------------------------------------------------------

const tabs = (row) => {
  let count = 0;
  forOuter(row, ({text}, outer) => { count += outer && text === "&"; });
  return count;
};
const around = (name, left, right) => (body) => body.length
  ? [...tokensOf(`\\left${left}`, body[0]).reverse(), ...inside(name, body),
    ...tokensOf(`\\right${right}`, body[0]).reverse()] : [];

Object.assign(ENVIRONMENTS, {
  "split": (body) => inside(rowsOf(body).some((row) => tabs(row) > 1) ? "aligned" : "split", body),
  "multlined": (body) => inside("gathered", body),
  "xalignat": (body, star) => inside(`alignat${star}`, joined(rowsOf(body))),
  "xxalignat": (body) => inside("alignat*", joined(rowsOf(body))),
  "psmallmatrix": around("smallmatrix", "(", ")"),
  "bsmallmatrix": around("smallmatrix", "[", "]"),
  "Bsmallmatrix": around("smallmatrix", "\\{", "\\}"),
  "vsmallmatrix": around("smallmatrix", "|", "|"),
  "Vsmallmatrix": around("smallmatrix", "\\|", "\\|"),
});

// \begin{array}[t]{@{}l*{2}{c}p{2cm}@{}}: only the letters and lines of the columns count.
function plainColumns(context, like) {
  optional(context);
  const columns = columnsOf(textOf(context.consumeArg().tokens));
  context.pushTokens(group(tokensOf(columns, like), like));
}

function columnsOf(written) {
  const repeated = written.replace(/\*\s*\{\s*(\d{1,2})\s*\}\s*\{([^{}]*)\}/g,
    (_, count, columns) => columns.repeat(Number(count)));
  return repeated.replace(/[@!<>]\s*\{(?:[^{}]|\{[^{}]*\})*\}/g, "")
    .replace(/[pmbX]\s*\{[^{}]*\}|X/g, "l");
}

// Commands ------------------------------------------------------------------------------------

const text = (tokens) => textOf(tokens).trim();

// One with an optional argument before the others, given to `meaning` as a text or as "".
const optionally = (name, count, meaning) => katex.__defineMacro(name, (context) => {
  const given = optional(context);
  return meaning(given ? text(given) : "", ...context.consumeArgs(count).map(text));
});
const isNext = (context, sign) => {
  context.consumeSpaces();
  return context.future().text === sign;
};

optionally("\\bbox", 1, (given, body) => (/border/.test(given) ? `\\boxed{${body}}` : `{${body}}`));
optionally("\\enclose", 2, (_, kinds, body) =>
  /box|circle/.test(kinds) ? `\\boxed{${body}}` : /strike/.test(kinds) ? `\\cancel{${body}}` : body);
optionally("\\unicode", 1, (_, code) =>
  /^x[0-9a-f]{1,6}$/i.test(code) ? `\\char"${code.slice(1)}` : `\\char${parseInt(code, 10) || 63}`);
for (const name of ["\\makebox", "\\mathmakebox"])
  optionally(name, 1, (_, body) => (name === "\\makebox" ? `\\text{${body}}` : `{${body}}`));

katex.__defineMacro("\\root", (context) =>
  `\\sqrt[${text(context.consumeArg(["\\of"]).tokens)}]`);
katex.__defineMacro("\\buildrel", (context) =>
  `\\stackrel{${text(context.consumeArg(["\\over"]).tokens)}}`);
katex.__defineMacro("\\toggle", (context) => {
  const [first] = context.consumeArgs(1);
  context.consumeArg(["\\endtoggle"]);
  return textOf(first);
});
for (const [name, sign] of [["\\raise", ""], ["\\lower", "-"]])
  katex.__defineMacro(name, (context) => `\\raisebox{${sign}${lengthOf(context)}}`
    + `{$${text(context.consumeArg().tokens)}$}`);
for (const name of ["\\moveleft", "\\moveright"])
  katex.__defineMacro(name, (context) => { lengthOf(context); return ""; });

// A length in braces, or the tokens before what it moves.
function lengthOf(context) {
  if (isNext(context, "{")) return text(context.consumeArg().tokens);
  let found = "";
  while (found.length < 20 && /^[-+.\da-z ]$/.test(context.future().text))
    found += context.popToken().text;
  return found.replace(/ /g, "");
}

// \color[RGB]{0,128,255}
const RANGE = {rgb: 1, RGB: 255};
for (const name of ["\\color", "\\textcolor"]) katex.__defineMacro(name, (context) => {
  const like = context.future();
  const model = optional(context);
  const own = [itself(name, like)];
  if (!model || !Object.hasOwn(RANGE, text(model))) return {numArgs: 0, tokens: own};
  const parts = text(context.consumeArg().tokens).split(",").slice(0, 3);
  const hex = parts.map((part) => Math.round(255 * Math.min(1, Math.max(0,
    Number(part) / RANGE[text(model)] || 0))).toString(16).padStart(2, "0")).join("");
  return {numArgs: 0, tokens: [...group(tokensOf(`#${hex}`, like), like), ...own]};
});

// Without optional arguments -----------------------------------------------------------------

const skipped = (count) => (context) => { context.consumeArgs(count); return ""; };
katex.__defineMacro("\\cline", skipped(1));
katex.__defineMacro("\\leftroot", skipped(1));
katex.__defineMacro("\\uproot", skipped(1));

for (const [name, meaning] of Object.entries({
  // MathJax and plain TeX
  "\\mbox": "\\text{#1}", "\\framebox": "\\fbox{#1}", "\\textsc": "\\text{#1}",
  "\\textsl": "\\textit{#1}", "\\class": "\\@second{#1}{#2}", "\\cssId": "\\@second{#1}{#2}",
  "\\style": "\\@second{#1}{#2}", "\\matrix": "\\begin{matrix}#1\\end{matrix}",
  "\\pmatrix": "\\begin{pmatrix}#1\\end{pmatrix}", "\\cases": "\\begin{cases}#1\\end{cases}",
  "\\eqalign": "\\begin{aligned}#1\\end{aligned}",
  "\\displaylines": "\\begin{gathered}#1\\end{gathered}",
  "\\hfill": "\\qquad", "\\hfil": "\\quad", "\\strut": "\\mathstrut", "\\null": "{}",
  "\\noindent": "", "\\centering": "", "\\displaylimits": "", "\\oldstyle": "", "\\mit": "",
  "\\Rule": "\\@second{#3}{\\rule{#1}{#2}}", "\\Space": "\\@second{#2#3}{\\hspace{#1}}",
  "\\scr": "\\mathscr", "\\centernot": "\\not", "\\stackbin": "\\mathbin{\\overset{#1}{#2}}",
  "\\overparen": "\\overgroup{#1}", "\\underparen": "\\undergroup{#1}",
  "\\arrowvert": "\\vert", "\\bracevert": "\\vert", "\\Arrowvert": "\\Vert", "\\mvert": "\\mid",
  "\\cancelto": "\\cancel{#2}^{#1}", "\\hdotsfor": "\\@second{#1}{\\dots}",
  "\\iiiint": "\\mathop{\\iint\\mkern-9mu\\iint}\\nolimits",
  "\\idotsint": "\\mathop{\\int\\cdots\\int}\\nolimits",
  "\\sideset": "{\\vphantom{#3}}#1\\mathop{{#3}#2}", "\\Perp": "\\perp\\!\\!\\!\\perp",
  "\\prescript": "{\\vphantom{#3}}^{#1}_{#2}{#3}", "\\sfrac": "\\nicefrac{#1}{#2}",
  "\\iddots": "\\mathinner{\\raisebox{0em}{.}\\raisebox{0.35em}{.}\\raisebox{0.7em}{.}}",
  "\\adots": "\\iddots", "\\flatfrac": "{#1}/{#2}", "\\slashed": "{\\mathrlap{\\,/}#1}",
  // Alphabets
  "\\mathup": "\\mathrm{#1}", "\\symup": "\\mathrm{#1}", "\\symbf": "\\mathbf{#1}",
  "\\symit": "\\mathit{#1}", "\\symcal": "\\mathcal{#1}", "\\symbb": "\\mathbb{#1}",
  "\\mathbfup": "\\mathbf{#1}", "\\mathbfit": "\\boldsymbol{#1}",
  "\\mathbfcal": "\\boldsymbol{\\mathcal{#1}}", "\\mathbfscr": "\\boldsymbol{\\mathscr{#1}}",
  "\\varmathbb": "\\mathbb{#1}", "\\vmathbb": "\\mathbb{#1}", "\\bb": "\\mathbb{#1}",
  "\\C": "\\mathbb{C}", "\\Q": "\\mathbb{Q}",
  // physics, siunitx
  "\\va": "\\vec{\\mathbf{#1}}", "\\vu": "\\hat{\\mathbf{#1}}", "\\grad": "\\nabla",
  "\\curl": "\\nabla\\times", "\\laplacian": "\\nabla^2", "\\order": "\\mathcal{O}\\left(#1\\right)",
  "\\mel": "\\left\\langle #1\\middle|#2\\middle|#3\\right\\rangle",
  "\\ketbra": "\\left|#1\\middle\\rangle\\middle\\langle #2\\right|",
  "\\op": "\\ketbra{#1}{#2}", "\\dyad": "\\ketbra{#1}{#2}", "\\outerproduct": "\\ketbra{#1}{#2}",
  "\\ip": "\\left\\langle #1\\middle|#2\\right\\rangle", "\\innerproduct": "\\ip{#1}{#2}",
  "\\matrixel": "\\mel{#1}{#2}{#3}", "\\poissonbracket": "\\pb{#1}{#2}",
  "\\cross": "\\times", "\\crossproduct": "\\times", "\\vdot": "\\cdot",
  "\\dotproduct": "\\cdot",
  "\\comm": "\\left[#1,#2\\right]", "\\acomm": "\\left\\{#1,#2\\right\\}",
  "\\anticommutator": "\\left\\{#1,#2\\right\\}", "\\commutator": "\\left[#1,#2\\right]",
  "\\pb": "\\left\\{#1,#2\\right\\}",
  "\\Tr": "\\operatorname{Tr}", "\\tr": "\\operatorname{tr}", "\\rank": "\\operatorname{rank}",
  "\\sgn": "\\operatorname{sgn}", "\\arccot": "\\operatorname{arccot}",
  "\\celsius": "{^{\\circ}\\mathrm{C}}", "\\degreeCelsius": "{^{\\circ}\\mathrm{C}}",
  "\\ohm": "\\Omega", "\\micro": "\\text{µ}", "\\angstrom": "\\text{Å}", "\\textdegree": "°",
  "\\perthousand": "\\text{‰}", "\\euro": "\\text{€}",
  "\\O": "\\text{Ø}", "\\o": "\\text{ø}", "\\AE": "\\text{Æ}", "\\ae": "\\text{æ}",
})) katex.__defineMacro(name, meaning);
katex.__defineMacro("\\@second", (context) =>
  ({numArgs: 0, tokens: context.consumeArgs(2)[1]}));
for (const letter of ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi"
  + " rho sigma tau upsilon phi chi psi omega").split(" "))
  katex.__defineMacro(`\\up${letter}`, `\\${letter}`);
