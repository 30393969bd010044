import { Database } from 'bun:sqlite'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { WalkedEvent, WalkedPlace } from '../../../merkle/verify/events'
import { isDamage } from '../database'
import { decoderFor } from '../log/line'
import { linesOf } from '../log/segment'
import { FORMER_COLUMNS } from '../log/segment-file'
import { checksumOf } from '../log/segment-rows'

interface Row {
  first: number
  count: number
  body: Uint8Array
  contents: Uint8Array | null
  checksum: number | null
}

// A generation of this number is the first of an installation: nothing was dropped before it.
const FIRST = 1
const NAME = /^(\d{8})\.db$/

/**
 * Reads every event of the hot store, file by file, as they lie on the disk; a server may run on them. What
 * cannot be read is named, and all the rest is read.
 */
export function walkLog(folder: string): WalkedPlace {
  const problems: string[] = []
  const names = namesIn(folder)
  const begun = begunIn(folder, names[0])

  function* segments(name: string): Generator<{ rows: Row[]; columns: readonly string[] }> {
    const file = join(folder, name)
    try {
      using db = new Database(file, { readonly: true, strict: true })
      db.run('PRAGMA busy_timeout = 5000')
      const meta = db.query<{ columns: string | null }, []>('SELECT columns FROM meta').get()
      const columns = (meta?.columns ?? FORMER_COLUMNS).split(' ')
      const page = db.query<Row, [number]>(
        'SELECT first, count, body, contents, checksum FROM segments WHERE first > ? ORDER BY first LIMIT 16',
      )
      for (let after = -1; ; ) {
        const rows = page.all(after)
        if (rows.length === 0) return
        yield { rows, columns }
        after = rows.at(-1)!.first
      }
    } catch (error) {
      if (!isDamage(error)) throw error
      problems.push(`${name} cannot be read to its end: ${(error as Error).message}`)
    }
  }

  function* eventsIn(
    { first, count, body, contents, checksum }: Row,
    { name, tenantId, columns }: { name: string; tenantId: string; columns: readonly string[] },
  ): Generator<WalkedEvent> {
    const isSame = contents === null || checksumOf(body, contents) === checksum
    if (!isSame) {
      const places = `${first} to ${first + count - 1}`
      problems.push(`Events ${places} of ${name} were altered: their checksum is another.`)
    }
    const decode = decoderFor(columns)
    try {
      for (const line of linesOf(Bun.zstdDecompressSync(body) as Buffer)) {
        // An erased event is an empty line.
        if (line === '') continue
        const { tenantId: whose, eventId, raw, receivedAt } = decode(line)
        if (whose === tenantId) yield { eventId, kept: { raw }, receivedAt }
      }
    } catch (error) {
      if (isSame) problems.push(`A segment of ${name} cannot be read: ${(error as Error).message}`)
    }
  }

  return {
    name: 'hot store',
    problems: () => problems,
    // A part of the hour in which the oldest file was begun may have gone with the file before it.
    holds: (hour) => begun === undefined || hour > begun,

    async *events(tenantId) {
      for (const name of names) {
        for (const { rows, columns } of segments(name)) {
          for (const row of rows) yield [...eventsIn(row, { name, tenantId, columns })]
        }
      }
    },
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
  } catch {
    return []
  }
}

/** Tells the hour in which the oldest file was begun; undefined where none was dropped before it. */
function begunIn(folder: string, oldest: string | undefined): string | undefined {
  if (oldest === undefined || Number(basename(oldest, '.db')) <= FIRST) return undefined
  try {
    using db = new Database(join(folder, oldest), { readonly: true, strict: true })
    const meta = db.query<{ begun_at: number }, []>('SELECT begun_at FROM meta').get()
    return meta ? new Date(meta.begun_at).toISOString().slice(0, 13) : undefined
  } catch {
    return undefined
  }
}
