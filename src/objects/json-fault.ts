import { printable } from './printable.ts';

const UNEXPECTED = /^Unexpected token '(.)', /su;

/** The character that stands where none like it may, by the error of `JSON.parse`; `undefined` where it names none. */
export const unexpectedToken = (error: unknown): string | undefined => UNEXPECTED.exec(messageOf(error))?.[1];

/**
 * Why a text is no JSON, by the error of `JSON.parse`, for people. V8 quotes the text around the fault, or all of a
 * short one, and what is read here may hold wrapped keys and credentials: no more than one character of it is shown.
 */
export function jsonFault(error: unknown): string {
  const token = unexpectedToken(error);
  if (token !== undefined) return `unexpected '${printable(token)}'`;
  const message = messageOf(error);
  if (message.includes('"')) return 'this is not how JSON is written';
  return printable(message.charAt(0).toLowerCase() + message.slice(1));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
