import { csvLine } from '../../analytics/csv'
import type { Format } from './format'
import { gzipped, textPart } from './text-part'

// A spreadsheet takes the file for UTF-8 by this sign.
const BYTE_ORDER_MARK = '\ufeff'

/** CSV with a line of names; no cell is a formula. */
export const csvFormat: Format = {
  contentType: 'application/gzip',
  ending: 'csv.gz',
  begin: (fields) => gzipped(BYTE_ORDER_MARK + csvLine(fields.map(({ name }) => name))),
  part: () => textPart(csvLine),
  end: async () => undefined,
}
