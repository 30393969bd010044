import { matcherOf, subjectOf } from '../event/conditions'
import type { BlobStore } from '../platform/blob-store'
import { cellValue, recordOf } from '../query/lake-records'
import { wholeOf } from '../query/whole-record'
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
  of(eventId: string, cells: readonly unknown[]): Promise<readonly unknown[] | undefined>
}

/** Knows what is read of the lake for an export, and what of that is in the file. */
export async function rowsOfSelection(
  { condition, fields: names, learner }: Selection,
  needs: { blobs: Pick<BlobStore, 'get'>; makeRedact: MakeRedact; tenantId: string },
): Promise<Rows> {
  const { blobs, makeRedact, tenantId } = needs
  const fields = fieldsOf(names)
  if (condition === undefined && learner === undefined) {
    const raw = fields.findIndex(({ name }) => name === 'raw')
    return {
      fields,
      async of(eventId, cells) {
        const values = fields.map(({ type }, at) => cellValue(type, cells[at]))
        const text = values[raw]
        if (typeof text === 'string') {
          values[raw] = (await wholeOf({ tenantId, eventId, raw: text }, blobs)).raw
        }
        return values
      },
    }
  }
  // A condition may look at anything; whether somebody else is in an item, only the item says.
  const columns = exportFields.map(({ column }) => column)
  const holds = condition && matcherOf(condition)
  const own = new Set(learner)
  const redaction = learner && (await makeRedact(learner))
  return {
    fields: exportFields,
    async of(_, cells) {
      const record = await wholeOf({ ...recordOf(columns, cells), tenantId }, blobs)
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
