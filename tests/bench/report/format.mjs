// Numbers and tables as Markdown has them.
export const figure = (x) => {
  if (x === undefined || x === null || Number.isNaN(x)) return '–';
  if (x >= 100) return x.toFixed(0);
  if (x >= 10) return x.toFixed(1);
  return x >= 1 ? x.toFixed(2) : x.toFixed(3);
};
export const megabytes = (bytes) =>
  bytes === undefined ? '–' : (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
export const percent = (x) => (x === undefined ? '–' : `${Math.round(100 * x)} %`);
export const times = (x) => (x === undefined ? '–' : `${x.toFixed(2)}×`);

const row = (cells) => `| ${cells.join(' | ')} |`;
/** The first column is text, the others numbers. */
export const table = (head, rows) =>
  [row(head), row(head.map((_, i) => (i ? '--:' : '---'))), ...rows.map(row)].join('\n');
