import type { Template, TemplatePart } from './types.ts';

const CAPTURE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** What is wrong with a template, and where in its text. */
export interface TemplateFault {
  readonly offset: number;
  readonly length: number;
  readonly why: string;
}
export interface CaptureUse {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}
export type TemplateReading =
  | { readonly kind: 'template'; readonly template: Template; readonly uses: readonly CaptureUse[] }
  | { readonly kind: 'fault'; readonly fault: TemplateFault };

const fault = (offset: number, length: number, why: string): TemplateReading => ({
  kind: 'fault',
  fault: { offset, length, why },
});

/**
 * Takes text in which `{name}` is a capture and `{{` and `}}` are literal braces, and gives its parts with adjacent
 * literals merged, and where each capture stands. A brace that is neither is a fault.
 */
export function readTemplate(text: string): TemplateReading {
  const anyBrace = /[{}]/g;
  const parts: TemplatePart[] = [];
  const uses: CaptureUse[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    anyBrace.lastIndex = at;
    const next = anyBrace.exec(text)?.index;
    if (next === undefined) break;
    literal += text.slice(at, next);
    at = next;
    const brace = text.charAt(at);
    if (text.charAt(at + 1) === brace) {
      literal += brace;
      at += 2;
      continue;
    }
    if (brace === '}') return fault(at, 1, 'a "}" closes nothing: write "}}" for a literal brace');
    const end = text.indexOf('}', at);
    if (end === -1) return fault(at, text.length - at, 'a "{" is not closed: write "{{" for a literal brace');
    const name = text.slice(at + 1, end);
    const length = end + 1 - at;
    if (!CAPTURE_NAME.test(name)) {
      return fault(at, length, 'a capture name is a letter, then letters, digits and "_"');
    }
    if (literal !== '') parts.push({ kind: 'literal', text: literal });
    literal = '';
    parts.push({ kind: 'capture', name });
    uses.push({ name, offset: at, length });
    at = end + 1;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push({ kind: 'literal', text: literal });
  return { kind: 'template', template: parts, uses };
}
