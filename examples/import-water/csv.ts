import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse';
import { cellReader, type Row } from './columns.ts';

/** A row that does not have one cell per heading. */
export interface BrokenRow {
  readonly number: number;
  readonly broken: true;
}

/**
 * The rows of an export, one after the other: comma-separated, or tab-separated when the name ends in .tsv.
 * @throws Error when the file cannot be read or its headings are not those of an export.
 */
export async function* readRows(file: string): AsyncGenerator<Row | BrokenRow> {
  const parser = parse({
    bom: true,
    delimiter: extname(file).toLowerCase() === '.tsv' ? '\t' : ',',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 1_000_000,
  });
  const source = createReadStream(file);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let width = 0;
  let cellsOf: ReturnType<typeof cellReader> | null = null;
  let number = 0;
  for await (const record of parser as AsyncIterable<string[]>) {
    number += 1;
    if (cellsOf) {
      yield record.length === width ? { number, cells: cellsOf(record) } : { number, broken: true };
    } else {
      cellsOf = cellReader(record);
      width = record.length;
    }
  }
  if (!cellsOf) throw new Error(`${file} is empty: expected a line of headings and rows below it.`);
}
