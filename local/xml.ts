/** The little XML that AWS's REST and query protocols need: no attributes, no namespaces, no document types. */

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

export class XmlSyntaxError extends Error {
  override readonly name = 'XmlSyntaxError';
}

interface OpenElement {
  name: string;
  text: string;
  children: OpenElement[];
}

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<([^>]+)>|([^<]+)/y;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Parses one document to its root element; throws `XmlSyntaxError` when it is not well formed. */
export function parseXml(source: string): XmlElement {
  const document: OpenElement = { name: '', text: '', children: [] };
  const stack: OpenElement[] = [document];
  TOKEN.lastIndex = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source);
    if (token === null) throw new XmlSyntaxError('unexpected end of markup');
    const [, cdata, markup, text] = token;
    const open = stack.at(-1);
    if (open === undefined) throw new XmlSyntaxError('content after the root element');
    if (cdata !== undefined) open.text += cdata;
    else if (text !== undefined) open.text += unescapeXml(text);
    else if (markup !== undefined) readTag(markup, stack, open);
  }
  const [root] = document.children;
  if (stack.length !== 1 || root === undefined || document.children.length !== 1) {
    throw new XmlSyntaxError('expected exactly one closed root element');
  }
  return root;
}

function readTag(markup: string, stack: OpenElement[], open: OpenElement): void {
  if (markup.startsWith('!')) throw new XmlSyntaxError('document types are refused');
  if (markup.startsWith('/')) {
    if (localName(markup.slice(1)) !== open.name || stack.length === 1) {
      throw new XmlSyntaxError(`unexpected closing tag ${markup}`);
    }
    stack.pop();
    return;
  }
  const element: OpenElement = { name: localName(markup), text: '', children: [] };
  if (element.name === '') throw new XmlSyntaxError('an element without a name');
  open.children.push(element);
  if (!markup.endsWith('/')) stack.push(element);
}

function localName(markup: string): string {
  const qualified = /^[^\s/]*/.exec(markup)?.[0] ?? '';
  return qualified.slice(qualified.indexOf(':') + 1);
}

function unescapeXml(text: string): string {
  return text.replace(/&([^;]*);?/g, (whole, entity: string) => {
    const named = NAMED_ENTITIES[entity];
    if (named !== undefined && whole.endsWith(';')) return named;
    const numeric = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(entity);
    const codePoint = Number.parseInt(
      numeric?.[1] ?? numeric?.[2] ?? '',
      numeric?.[1] === undefined ? 10 : 16,
    );
    if (!(codePoint <= 0x10ffff)) throw new XmlSyntaxError(`unknown entity ${whole}`);
    return String.fromCodePoint(codePoint);
  });
}

/** The first child with that name. */
export function childOf(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((child) => child.name === name);
}

/** Every child with that name, in document order. */
export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

/** The text of the first child with that name. */
export function childText(parent: XmlElement | undefined, name: string): string | undefined {
  return childOf(parent, name)?.text;
}

// Carriage returns and other controls would be normalised or refused by a reader unless sent as references.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is searched for
const UNSAFE = /[&<>"\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Text made safe for element content. */
export function escapeXml(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    if (character === '"') return '&quot;';
    return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

/** An element around content that is already XML. */
export function element(name: string, ...content: readonly string[]): string {
  return `<${name}>${content.join('')}</${name}>`;
}

/** An element around text, or nothing when there is no value. */
export function textElement(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}
