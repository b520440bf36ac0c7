/** The fields of one row of CSV, or why it is none. */
export type CsvReading =
  | { readonly kind: 'fields'; readonly fields: readonly string[] }
  | { readonly kind: 'malformed'; readonly why: string };

/** More columns than any table here has: what a row of nothing but commas would make. */
const MOST_FIELDS = 1_024;

/** Reads one row of CSV (RFC 4180), given without the line feed that ends it. Never throws. */
export function readCsvRow(text: string): CsvReading {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    if (fields.length === MOST_FIELDS) return malformed(`a row has more than ${MOST_FIELDS} fields`);
    const quoted = text[at] === '"';
    const field = quoted ? quotedField(text, at) : bareField(text, at);
    if (typeof field === 'string') return malformed(field);
    fields.push(field.text);
    if (field.end === text.length) return { kind: 'fields', fields };
    if (text[field.end] !== ',')
      return malformed(`after the quotes of field ${fields.length} a comma is expected`);
    at = field.end + 1;
  }
}

const malformed = (why: string): CsvReading => ({ kind: 'malformed', why });

interface Field {
  readonly text: string;
  /** The place of the comma behind it, or the end of the row. */
  readonly end: number;
}

function quotedField(row: string, start: number): Field | string {
  let text = '';
  let from = start + 1;
  for (;;) {
    const quote = row.indexOf('"', from);
    if (quote < 0) return 'a quoted field does not end';
    text += row.slice(from, quote);
    if (row[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    from = quote + 2;
  }
}

function bareField(row: string, start: number): Field | string {
  const comma = row.indexOf(',', start);
  const end = comma < 0 ? row.length : comma;
  const text = row.slice(start, end);
  return text.includes('"') ? 'a field that holds a quote has to stand between quotes' : { text, end };
}
