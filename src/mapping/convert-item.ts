import { randomUUID } from 'node:crypto'
import type { Issue } from '../error/issue'
import type { ReadItem } from '../event/reading'
import { standardNamed } from '../standards'
import { inTurns } from '../syntax/steps'
import { toCaliper, toXapi } from './convert'
import { isObject, type Json } from './json'
import type { Match } from './match'
import type { ConversionTarget } from './targets'

export type ConvertedItem =
  | { kind: 'converted'; document: Json; match: Match }
  /** It is a description of an entity, which statements have no form for. */
  | { kind: 'described' }
  | { kind: 'refused'; errors: Issue[] }

/**
 * Converts an item of a file, a statement or a Caliper event, whichever it is. One that is of the
 * target's standard already stays as it is.
 * @param text one JSON text
 * @throws {AppError} when it is no JSON
 */
export async function convertItem(text: string, target: ConversionTarget): Promise<ConvertedItem> {
  const value: unknown = JSON.parse(text)
  const source = isObject(value) && 'verb' in value ? 'xapi' : 'caliper'
  const at = new Date().toISOString()
  const item = await itemIn(text, { standard: source, version: versionOf(value), receivedAt: at })
  if ('errors' in item) return { kind: 'refused', errors: item.errors.map(withoutIndex) }
  const document = value as Json
  if (source === target) return { kind: 'converted', document, match: 'exact' }
  if (item.event.kind === 'entity') return { kind: 'described' }
  const convert = target === 'xapi' ? toXapi : toCaliper
  return { kind: 'converted', ...convert(document, { id: `urn:uuid:${randomUUID()}`, at }) }
}

async function itemIn(
  text: string,
  { standard, version, receivedAt }: { standard: string; version: string; receivedAt: string },
): Promise<ReadItem> {
  const { readItem } = await standardNamed(standard)!.load()
  const { items } = await inTurns(readItem(text, { context: { version }, receivedAt }))
  return items[0]!
}

// A statement need not say its version; 2.0 has all that 1.0.3 has, and more.
function versionOf(value: unknown): string {
  const isOld = isObject(value) && typeof value.version === 'string' && /^1\./.test(value.version)
  return isOld ? '1.0.3' : '2.0.0'
}

/** Drops what leads to the item: it was read alone. */
function withoutIndex({ path, ...issue }: Issue): Issue {
  const own = path.slice(path.findIndex((step) => typeof step === 'number') + 1)
  return { ...issue, path: own }
}
