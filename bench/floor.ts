import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBodies } from './events'
import type { Kind } from './kinds'

/** Measures the CPU µs of `work` per event, user and system together. */
export function cpuPerEvent(events: number, work: () => void): number {
  const from = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / events
}

export interface Floor {
  /** This is the CPU time of an event in µs. */
  parse: number
  insert: number
  total: number
  /** This is the length of an event as sent. */
  bytes: number
}

/**
 * Measures the floor that no server which parses and stores can go below: JSON.parse of the same
 * distinct texts, plus a bare one-row insert without any index, in durable transactions of the
 * given size.
 */
export function measureFloor(commitSize: number, kind: Kind = 'event'): Floor {
  const events = 40_000
  const bodies = createBodies(kind)
  // The texts come through bytes, as from the network: a text that is still a rope would cost the
  // parser more.
  const texts = Array.from({ length: events }, () => Buffer.from(bodies.text()).toString())
  const parse = cpuPerEvent(events, () => {
    for (const text of texts) JSON.parse(text)
  })
  const folder = mkdtempSync(join(tmpdir(), 'nonius-floor-'))
  const db = new Database(join(folder, 'floor.db'))
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run('CREATE TABLE events (body TEXT)')
  const add = db.query('INSERT INTO events VALUES (?)')
  const store = db.transaction((some: string[]) => {
    for (const text of some) add.run(text)
  })
  const insert = cpuPerEvent(events, () => {
    for (let i = 0; i < events; i += commitSize) store(texts.slice(i, i + commitSize))
  })
  db.close()
  rmSync(folder, { recursive: true })
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / events
  return { parse, insert, total: parse + insert, bytes }
}
