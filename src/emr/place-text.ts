import { shown } from '../policy/problem-text.ts';
import type { SettingPlace } from './setting.ts';

/** Takes a place and gives it on one printable line: `core-site.xml:12:3 configuration.property[2]`. */
export function placeText({ source, line, column, path }: SettingPlace): string {
  const at = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return `${shown(source)}${at}${path === undefined ? '' : ` ${shown(path)}`}`;
}
