import type { Lake } from '../../src/platform/lake'
import { createLake, openLake as openLocalLake } from '../../src/platform/local/lake'
import { executeWith } from '../../src/platform/local/lake/execute'
import type { Duck } from '../../src/platform/local/parquet/duck'
import { askLake, type LakeAnswer } from '../../src/query/ask-lake'

/** A lake that a test asks in one call, as the operator. */
export interface AskedLake extends AsyncDisposable {
  query(sql: string): Promise<LakeAnswer>
}

export function asked(lake: Lake): AskedLake {
  return {
    query: (sql) => askLake(lake, { reader: 'operator', sql }),
    [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose](),
  }
}

/** The lake of a data directory, as the CLI asks it. */
export function openLake(dataDir: string): AskedLake {
  return asked(openLocalLake(dataDir))
}

/** The lake of a folder of Parquet. The engine is the test's. */
export function lakeOf(options: { folder: string; duck: Duck }): AskedLake {
  return asked(createLake({ execute: executeWith(options) }))
}
