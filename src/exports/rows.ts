import { matcherOf, subjectOf } from '../event/conditions'
import type { EventRecord } from '../event/record'
import type { BlobStore } from '../platform/blob-store'
import type { Selection } from './export'
import { cellOf, type ExportField, exportFields, fieldsOf } from './fields'

/** Takes other people out of an item of a person's; undefined where it cannot be read. */
export type Redact = (raw: string) => { text: string; others: number } | undefined

/** It stands for somebody else. */
export type MakeRedact = (
  learner: readonly string[],
) => Promise<{ redact: Redact; shown(item: ReturnType<Redact>, text: string): string }>

export interface Rows {
  /** The lake is asked for these. */
  fields: readonly ExportField[]
  /** Makes a row of the file of one of the lake. @returns undefined where it is not selected */
  of(cells: readonly unknown[]): Promise<readonly unknown[] | undefined>
}

/** Knows what is read of the lake for an export, and what of that is in the file. */
export async function rowsOfSelection(
  { condition, fields: names, learner }: Selection,
  needs: { blobs: Pick<BlobStore, 'get'>; makeRedact: MakeRedact; tenantId: string },
): Promise<Rows> {
  const { blobs, makeRedact, tenantId } = needs
  const fields = fieldsOf(names)
  const isWhole = condition !== undefined || learner !== undefined
  // A condition may look at anything; whether somebody else is in an item, only the item says.
  const asked = isWhole ? exportFields : fields
  const decode = asked.map(({ type }) => decoderOf(type))
  const raw = asked.findIndex(({ name }) => name === 'raw')

  async function decoded(cells: readonly unknown[]): Promise<unknown[]> {
    const values = decode.map((read, at) => read(cells[at]))
    const text = values[raw]
    if (typeof text === 'string' && text.startsWith(TOO_LARGE)) {
      values[raw] = (await wholeRaw(text, { blobs, tenantId })) ?? text
    }
    return values
  }

  if (!isWhole) return { fields: asked, of: decoded }
  const holds = condition && matcherOf(condition)
  const own = new Set(learner)
  const redaction = learner && (await makeRedact(learner))
  return {
    fields: asked,
    async of(cells) {
      const record = recordOf(asked, await decoded(cells), tenantId)
      if (holds && !holds(subjectOf(record))) return undefined
      if (!redaction) return fields.map((field) => cellOf(record, field))
      const item = redaction.redact(record.raw)
      const isActor = record.actorId !== undefined && own.has(record.actorId)
      return fields.map((field) => {
        if (field.name === 'raw') return item?.text
        // The address and the program are those of whoever sent it.
        if (field.path[0] === 'server' && !isActor) return undefined
        const value = cellOf(record, field)
        return typeof value === 'string' && OF_ITEM.has(field.name)
          ? redaction.shown(item, value)
          : value
      })
    },
  }
}

// These were sent in the item, and may be about somebody else.
const OF_ITEM = new Set([
  ...['actorId', 'actorName', 'objectId', 'objectName', 'targetId', 'generatedId', 'groupId'],
  ...['sessionId', 'memberId', 'courseId', 'courseName', 'attemptId', 'assignableId'],
])

const TOO_LARGE = '{"tooLargeForTheLake":'

/** Reads an item that is too large for the lake where the lake says it is (on AWS). */
async function wholeRaw(
  text: string,
  { blobs, tenantId }: { blobs: Pick<BlobStore, 'get'>; tenantId: string },
): Promise<string | undefined> {
  const key = /^\{"tooLargeForTheLake":\{"blob":"([^"]+)"/.exec(text)?.[1]
  const bytes = key?.startsWith('large/') ? await blobs.get(key) : undefined
  if (bytes === undefined) return undefined
  const whole = JSON.parse(Buffer.from(bytes).toString()) as EventRecord
  // The text was sent by somebody: it may name what is another tenant's.
  return whole.tenantId === tenantId ? whole.raw : undefined
}

function recordOf(
  fields: readonly ExportField[],
  values: readonly unknown[],
  tenantId: string,
): EventRecord {
  const record: Record<string, unknown> = { tenantId, issueCodes: [], server: { requestId: '' } }
  for (const [at, { path }] of fields.entries()) {
    const value = values[at]
    if (value === undefined) continue
    const [first, second] = path
    if (second === undefined) record[first] = value
    else record[first] = { ...(record[first] as object), [second]: value }
  }
  return { ...record, expiresAt: record.receivedAt } as unknown as EventRecord
}

const ISO_LENGTH = '2026-11-21T09:30:00.000Z'.length

function decoderOf(type: ExportField['type']): (cell: unknown) => unknown {
  const read = readers[type]
  return (cell) => (cell === null || cell === undefined ? undefined : read(cell))
}

const readers: Record<ExportField['type'], (cell: unknown) => unknown> = {
  string: (cell) => cell,
  boolean: (cell) => cell,
  bigint: Number,
  double: Number,
  strings: (cell) => (typeof cell === 'string' ? JSON.parse(cell) : cell),
  timestamp(cell) {
    const text = String(cell)
    return text.length === ISO_LENGTH ? text : new Date(text).toISOString()
  },
}
