import { parseXml, type XmlElement, XmlSyntaxError } from '../xml.ts';
import { malformedXml } from './errors.ts';

/** The root element of a request's body, which must have that name. */
export function readXml(body: Buffer, rootName: string): XmlElement {
  try {
    const root = parseXml(body.toString('utf8'));
    if (root.name === rootName) return root;
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
  }
  throw malformedXml();
}
