// The packages physics and siunitx: derivatives, brackets, numbers and units. After
// tex_packages.js, whose functions it uses. A macro of a note or a library wins over all of these.
"use strict";

// physics -------------------------------------------------------------------------------------

const CLOSING = {"(": ")", "[": "]", "|": "|"};

// What stands between the bracket that comes next and the one that closes it.
function between(context) {
  const open = context.popToken().text;
  const found = [];
  for (let depth = 1, braces = 0; ;) {
    const token = context.popToken();
    const {text: sign} = token;
    if (sign === "EOF") throw new katex.ParseError(`Expected '${CLOSING[open]}'`, token);
    braces += (sign === "{") - (sign === "}");
    if (!braces && sign === CLOSING[open]) depth -= 1;
    else if (!braces && sign === open) depth += 1;
    if (!depth) return textOf(found.reverse());
    found.push(token);
  }
}

const derivative = (d) => (context) => {
  const star = starred(context);
  const power = text(optional(context) || []);
  const above = power ? `^{${power}}` : "";
  const first = text(context.consumeArg().tokens);
  const others = [];
  while (others.length < 3 && isNext(context, "{")) others.push(text(context.consumeArg().tokens));
  const over = others.length ? first : "";
  const under = others.length ? others : [first];
  const order = under.length > 1 && !power ? `^{${under.length}}` : above;
  const below = under.map((one) => `${d} ${one}`).join("\\,") + (under.length > 1 ? "" : above);
  return `${star ? "\\tfrac" : "\\frac"}{${d}${order} ${over}}{${below}}`;
};
katex.__defineMacro("\\dv", derivative("\\mathrm{d}"));
katex.__defineMacro("\\pdv", derivative("\\partial"));
katex.__defineMacro("\\fdv", derivative("\\delta"));
katex.__defineMacro("\\dd", (context) => {
  const power = text(optional(context) || []);
  const body = isNext(context, "{") ? text(context.consumeArg().tokens) : "";
  return `\\,\\mathrm{d}${power ? `^{${power}}` : ""}${body ? `{${body}}` : ""}`;
});
katex.__defineMacro("\\qty", (context) => {
  const next = context.future().text;
  if (Object.hasOwn(CLOSING, next)) {
    const inner = between(context);
    const isOptions = next === "[" && inner.includes("=") && isNext(context, "{");
    if (!isOptions) return `\\left${next}${inner}\\right${CLOSING[next]}`;
  }
  const first = text(context.consumeArg().tokens);
  return isNext(context, "{") ? quantity(first, text(context.consumeArg().tokens))
    : `\\left\\{${first}\\right\\}`;
});
const fenced = (left, right) => (context) => {
  starred(context);
  return `\\left${left}${text(context.consumeArg().tokens)}\\right${right}`;
};
katex.__defineMacro("\\abs", fenced("|", "|"));
katex.__defineMacro("\\norm", fenced("\\|", "\\|"));
katex.__defineMacro("\\eval", fenced(".", "|"));
katex.__defineMacro("\\vb", (context) => {
  const strong = starred(context) ? "\\boldsymbol" : "\\mathbf";
  return `${strong}{${text(context.consumeArg().tokens)}}`;
});
for (const name of ["\\ev", "\\expval", "\\expectationvalue"])
  katex.__defineMacro(name, (context) => {
    starred(context);
    const inner = text(context.consumeArg().tokens);
    if (!isNext(context, "{")) return `\\left\\langle ${inner}\\right\\rangle `;
    const state = text(context.consumeArg().tokens);
    return `\\left\\langle ${state}\\middle|${inner}\\middle|${state}\\right\\rangle `;
  });

// \mqty(…), \mqty[…], \mqty|…|, \mqty{…}; \pmqty{…} has its brackets by its name.
const MATRICES = {"(": "pmatrix", "[": "bmatrix", "|": "vmatrix"};
katex.__defineMacro("\\mqty", (context) => {
  const {text: next} = context.future();
  const kind = MATRICES[next] || "matrix";
  const body = MATRICES[next] ? between(context) : text(context.consumeArg().tokens);
  return `\\begin{${kind}}${body}\\end{${kind}}`;
});
katex.__defineMacro("\\matrixquantity", "\\mqty");
for (const kind of "pbvB")
  katex.__defineMacro(`\\${kind}mqty`, `\\begin{${kind}matrix}#1\\end{${kind}matrix}`);

katex.__defineMacro("\\qq", (context) =>
  `${starred(context) ? "" : "\\quad"}\\text{${text(context.consumeArg().tokens)}}\\quad `);
for (const word of ("if then else and or given for all unless as with where otherwise since let"
  + " assume").split(" ")) katex.__defineMacro(`\\q${word}`, `\\quad\\text{${word}}\\quad `);

// siunitx -------------------------------------------------------------------------------------

const named = (words) => new Map(words.trim().split(/\s+/).map((pair) => pair.split("=")));
const PREFIXES = named(`quecto=q ronto=r yocto=y zepto=z atto=a femto=f pico=p nano=n micro=µ milli=m
  centi=c deci=d deca=da deka=da hecto=h kilo=k mega=M giga=G tera=T peta=P exa=E zetta=Z yotta=Y
  ronna=R quetta=Q kibi=Ki mebi=Mi gibi=Gi tebi=Ti pebi=Pi`);
const UNITS = named(`meter=m metre=m gram=g second=s ampere=A kelvin=K mole=mol candela=cd
  kilogram=kg becquerel=Bq coulomb=C farad=F gray=Gy hertz=Hz henry=H joule=J lumen=lm lux=lx
  newton=N ohm=Ω pascal=Pa radian=rad siemens=S sievert=Sv steradian=sr tesla=T volt=V watt=W
  weber=Wb katal=kat celsius=°C degreeCelsius=°C day=d hour=h minute=min liter=L litre=l tonne=t
  hectare=ha degree=° arcminute=′ arcsecond=″ percent=\\% electronvolt=eV eV=eV dalton=Da
  atomicmassunit=u angstrom=Å bar=bar mmHg=mmHg barn=b knot=kn bel=B decibel=dB dB=dB neper=Np bit=bit
  byte=B astronomicalunit=au parsec=pc lightyear=ly
  fg=fg pg=pg ng=ng ug=µg mg=mg g=g kg=kg pm=pm nm=nm um=µm mm=mm cm=cm dm=dm m=m km=km as=as fs=fs
  ps=ps ns=ns us=µs ms=ms s=s fmol=fmol pmol=pmol nmol=nmol umol=µmol mmol=mmol mol=mol kmol=kmol
  pA=pA nA=nA uA=µA mA=mA A=A kA=kA ul=µl ml=ml l=l hl=hl uL=µL mL=mL L=L hL=hL mHz=mHz Hz=Hz kHz=kHz
  MHz=MHz GHz=GHz THz=THz mN=mN N=N kN=kN MN=MN Pa=Pa kPa=kPa MPa=MPa GPa=GPa mohm=mΩ kohm=kΩ Mohm=MΩ
  pV=pV nV=nV uV=µV mV=mV V=V kV=kV W=W nW=nW uW=µW mW=mW kW=kW MW=MW GW=GW J=J uJ=µJ mJ=mJ kJ=kJ
  meV=meV keV=keV MeV=MeV GeV=GeV TeV=TeV kWh=kWh F=F fF=fF pF=pF nF=nF uF=µF mF=mF H=H mH=mH uH=µH
  C=C K=K`);
const POWERS = {square: 2, squared: 2, cubic: 3, cubed: 3};
const UNIT_PART = new RegExp(String.raw`\\([a-zA-Z]+) *`
  + String.raw`|\^ *(\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-zA-Z]+|[^{}])`
  + String.raw`|\{((?:[^{}]|\{[^{}]*\})*)\}|([^\\^{}]+)|\\?[^]`, "g");

// A unit: \meter\per\second, \kg\m^2, or as it is printed: m/s, kg.m^2.
function unit(written) {
  const parts = [...written.matchAll(UNIT_PART)];
  const found = [];  // of {sign, power}
  const next = {prefix: "", per: false, power: ""};
  const add = (sign) => {
    found.push({sign: `\\mathrm{${next.prefix}${sign}}`, power: signed(next)});
    Object.assign(next, {prefix: "", per: false, power: ""});
  };
  const raise = (power) => { if (found.length) found[found.length - 1].power += power; };
  for (let at = 0; at < parts.length; at++) {
    const [whole, name, power, inner, plain] = parts[at];
    const argument = () => (parts[at + 1] && parts[at + 1][3] !== undefined ? parts[++at][3] : "");
    if (power !== undefined) raise(power.replace(/^\{(.*)\}$/, "$1"));
    else if (plain !== undefined) signs(plain, found, add);
    else if (PREFIXES.has(name)) next.prefix += roman(PREFIXES.get(name));
    else if (UNITS.has(name)) add(roman(UNITS.get(name)));
    else if (name === "per") next.per = true;
    else if (name === "tothe") raised(found, argument());
    else if (name === "raiseto") next.power = argument();
    else if (name === "of") raise(`}_{\\text{${argument()}}`);
    else if (Object.hasOwn(POWERS, name)) {
      if (name.endsWith("d")) raised(found, String(POWERS[name]));
      else next.power = String(POWERS[name]);
    } else if (inner !== undefined) add(`{${inner}}`);
    else if (!/^[{}^]$/.test(whole)) add(whole);
  }
  return found.map(({sign, power}) => (power ? `${sign}^{${power}}` : sign)).join("\\,")
    .replaceAll("\\,\\mathrm{/}\\,", "/");
}

const roman = (sign) => sign.replace(/[µΩÅ°′″]/g, (one) =>
  (/[µΩÅ]/.test(one) ? `\\text{${one}}` : {"°": "^{\\circ}", "′": "'", "″": "''"}[one]));
const signed = ({per, power}) => (per ? `-${power || 1}` : power);

// \squared after a unit: m, or m to the power of -1.
function raised(found, power) {
  const last = found[found.length - 1];
  if (last) last.power = last.power === "-1" ? `-${power}` : power;
}

function signs(plain, found, add) {
  for (const [sign] of plain.matchAll(/[^\s.~/]+|\//g)) add(sign);
}

// A number: 1.5e-3, 2 +- 0.1, 3x4.
const number = (written) => written.replace(/\+-|\\pm *(?![a-zA-Z])/g, "\\pm ")
  .replace(/(^|[^a-zA-Z\\])[eEdD]\+?(-?\d+)/g, (_, before, power) =>
    `${before}${/[\d.]/.test(before) ? "\\times " : ""}10^{${power}}`)
  .replace(/(\d) *x *(?=\d)/g, "$1\\times ");
const quantity = (value, of) => {
  const written = unit(of);
  if (!written) return `{${number(value)}}`;
  return /^\\mathrm\{(\^\{\\circ\}|'+)\}$/.test(written) ? `{${number(value)}}${written}`
    : `{${number(value)}}\\,${written}`;
};
const angle = (written) => {
  const parts = written.split(";").map((part) => part.trim());
  return parts.map((part, at) => part && `{${part}}${["^{\\circ}", "'", "''"][at] || ""}`).join("");
};
const range = (first, last) => `${first}\\text{ to }${last}`;
const list = (values) => values.length < 2 ? values.join("")
  : `${values.slice(0, -1).join(",\\;")}\\text{ and }${values[values.length - 1]}`;

for (const [name, count, meaning] of [
  ["\\SI", 2, quantity], ["\\si", 1, unit], ["\\unit", 1, unit], ["\\num", 1, number],
  ["\\ang", 1, angle],
  ["\\SIrange", 3, (first, last, of) => range(quantity(first, of), quantity(last, of))],
  ["\\numrange", 2, (first, last) => range(number(first), number(last))],
  ["\\SIlist", 2, (values, of) => list(values.split(";").map((one) => quantity(one, of)))],
  ["\\numlist", 1, (values) => list(values.split(";").map(number))],
]) optionally(name, count, (_, ...given) => `{${meaning(...given)}}`);
katex.__defineMacro("\\qtyrange", "\\SIrange");
katex.__defineMacro("\\qtylist", "\\SIlist");
