// Elements in one expression.

type Child = Node | string | null | undefined;
type Properties<K extends keyof HTMLElementTagNameMap> = Partial<HTMLElementTagNameMap[K]> & {
  /** What is an attribute and no property. */
  attrs?: Record<string, string>;
};

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { attrs = {}, ...properties }: Properties<K> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value);
  element.append(...children.filter((c) => c != null));
  return element;
}

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** "float32 [?, 96, 96, 3]" */
export function typeText(dtype: string, shape: readonly number[] | null): string {
  if (!shape) return `${dtype} of any shape`;
  return `${dtype} [${shape.map((d) => (d < 0 ? '?' : d)).join(', ')}]`;
}

/** "float32[1,10]", of a value. */
export const tensorText = (t: { dtype: string; shape: readonly number[] }): string =>
  `${t.dtype}[${t.shape.join()}]`;

export function bytesText(n: number): string {
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}
