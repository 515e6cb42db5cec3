// Sizes in src/ops come from shapes, and shapes from files: arithmetic that makes a new one goes through mul() and
// add() of base/checked.h. Reported are `*`, `+` and `<<`
//   - in what is handed to an allocation, a shape or the checked helpers themselves,
//   - in what a variable named like a size or a list of dimensions is set to,
//   - beside numElements(), numBytes() or product(),
// unless the line, or the one above, says in a comment "fits:" why it cannot overflow.
import { readFileSync } from 'node:fs';
import { inRoot, sourceFiles } from '../lib/run.mjs';

// Not `axis + 1`, and not `n / k * k`, which rounds down.
const arithmetic = /(?<!\/ [\w.]+\)?) \* |(?<!\b\d) \+ (?!\d)| << /;
const takers =
  /\b(?:scratch|tryAllocate\w*|allocate|Shape::make|Shape|addOutput|[dD]ims\.push_back|mul|add)\(/g;
const counted = /\b(?:numElements|numBytes|product)\(/;
const size =
  /(?:[bB]ytes|[fF]loats|[eE]lements|[sS]ize|[dD]ims|[tT]otal)(?:\[[^\]]*\]|\.back\(\))?/;
const set = new RegExp(`\\b\\w*${size.source} = (.*)$`);
const grown = new RegExp(`\\b\\w*${size.source} (?:[*+]=|<<=) `);

/** The same text with comments, strings and what indexes an array blanked out. */
const code = (text) =>
  text
    .replace(/\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (s) => ' '.repeat(s.length))
    .replace(/(?<=[\w)])\[[^\]\n]*\]/g, (s) => `[${' '.repeat(s.length - 2)}]`);

/** What stands between the parenthesis that ends at `from` and its partner. */
function argumentsAt(text, from) {
  let depth = 1;
  let at = from;
  for (; at < text.length && depth; at++) depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0;
  return text.slice(from, at - 1);
}

/** Line numbers, from 0, at which a size is computed unchecked. */
export function unchecked(source) {
  const text = code(source);
  const lines = text.split('\n');
  const found = new Set();
  for (const { index, 0: call } of text.matchAll(takers)) {
    const from = index + call.length;
    // A lambda is a body of its own.
    const args = argumentsAt(text, from).split(/\[[=&\w, ]*\]\s*[({]/)[0];
    const at = arithmetic.exec(args);
    if (at) found.add(text.slice(0, from + at.index + 1).split('\n').length - 1);
  }
  lines.forEach((line, i) => {
    const value = set.exec(line)?.[1];
    if (grown.test(line) || (value && arithmetic.test(value))) found.add(i);
    if (counted.test(line) && arithmetic.test(line)) found.add(i);
  });
  const said = source.split('\n').map((line) => /\/\/.*\bfits: /.test(line));
  return [...found].filter((i) => !said[i] && !said[i - 1]).sort((a, b) => a - b);
}

export const name = 'size arithmetic';
export function check() {
  const problems = [];
  for (const file of sourceFiles('src/ops/*.cc', 'src/ops/*.h')) {
    const source = readFileSync(inRoot(file), 'utf8');
    for (const i of unchecked(source))
      problems.push(
        `${file}:${i + 1}: unchecked size: ${source.split('\n')[i].trim()} (use mul() and add())`,
      );
  }
  return problems;
}
