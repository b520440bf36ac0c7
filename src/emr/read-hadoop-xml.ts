import { parseXml, XmlElement, XmlError } from '@rgrove/parse-xml';
import { quoted, shown } from '../policy/problem-text.ts';
import type { ReadingLog } from './read-log.ts';
import type { Placing } from './read-place.ts';
import { readProperty } from './read-setting.ts';
import type { Layer } from './setting.ts';

/** The document's root, or a problem. No entity is followed, and the parser reads no file. */
function rootOf(text: string, place: Placing, log: ReadingLog): XmlElement | undefined {
  try {
    const document = parseXml(text, { includeOffsets: true });
    return document.root ?? undefined;
  } catch (error) {
    if (error instanceof XmlError) {
      const [first = ''] = error.message.split(/\n| \(line /u);
      const entity = /<!DOCTYPE/u.test(text) ? '. a DOCTYPE and its entities are not followed' : '';
      const message = `not readable as XML: ${shown(first)}${entity}`;
      return log.problem('emr/syntax', place(Math.min(error.pos, text.length)), message);
    }
    // The parser recurses as deep as the file nests, and a configuration nests three deep.
    if (error instanceof RangeError) {
      return log.problem('emr/too-large', place(0), 'the XML is nested deeper than a configuration can be');
    }
    throw error;
  }
}

const elementsOf = (element: XmlElement): readonly XmlElement[] =>
  element.children.filter((child) => child instanceof XmlElement);

const localName = ({ name }: XmlElement): string => name.slice(name.indexOf(':') + 1);

/** `<name>` below the property or `name=""` on it: Hadoop takes both. An element without text is to it as if it was not there. */
function part(property: XmlElement, name: string): string | undefined {
  const child = elementsOf(property).findLast((element) => element.name === name && element.text !== '');
  if (child !== undefined) return child.text;
  return Object.hasOwn(property.attributes, name) ? property.attributes[name] : undefined;
}

class HadoopXmlReader {
  readonly #layer: Layer;
  readonly #place: Placing;
  readonly #log: ReadingLog;

  constructor(layer: Layer, place: Placing, log: ReadingLog) {
    this.#layer = layer;
    this.#place = place;
    this.#log = log;
  }

  configuration(element: XmlElement): void {
    for (const child of elementsOf(element)) {
      if (child.name === 'property') this.#property(child);
      else if (child.name === 'configuration') this.configuration(child);
      else if (localName(child) === 'include') this.#include(child);
      else {
        const message = `Hadoop reads no <${shown(child.name)}> here: expected <property>`;
        this.#log.problem('emr/ignored-property', this.#place(child.start), message);
      }
    }
  }

  #property(element: XmlElement): void {
    const include = elementsOf(element).find((child) => localName(child) === 'include');
    if (include !== undefined) this.#include(include);
    const name = part(element, 'name');
    const value = part(element, 'value');
    if (name === undefined || value === undefined) return;
    readProperty(
      {
        name,
        value,
        layer: this.#layer,
        place: this.#place(element.start, shown(name.trim())),
        repetition: 'hadoop',
        final: part(element, 'final') === 'true',
      },
      this.#log,
    );
  }

  #include(element: XmlElement): void {
    const href = Object.hasOwn(element.attributes, 'href') ? element.attributes.href : undefined;
    if (href === undefined || href === '') return;
    const message = `the XInclude of ${quoted(href)} is not followed: read that file too`;
    const unread = { kind: 'file', name: href } as const;
    this.#log.problem('emr/not-followed', this.#place(element.start), message, unread);
  }
}

/**
 * Takes the text of a Hadoop configuration file and the layer that it is, and reads its properties. `${...}` stays as it
 * is written; XInclude and DOCTYPE are not followed, which is said. False where it is XML but no configuration.
 * https://hadoop.apache.org/docs/current/api/org/apache/hadoop/conf/Configuration.html
 */
export function readHadoopXml(
  text: string,
  file: { readonly layer: Layer; readonly place: Placing },
  log: ReadingLog,
): boolean {
  const { layer, place } = file;
  const root = rootOf(text, place, log);
  if (root === undefined) return true;
  const doctype = text.indexOf('<!DOCTYPE');
  if (doctype !== -1 && doctype < root.start) {
    log.problem('emr/not-followed', place(doctype), 'the DOCTYPE is not followed: nothing is taken from it');
  }
  if (root.name !== 'configuration') return false;
  new HadoopXmlReader(layer, place, log).configuration(root);
  return true;
}
