import { type Column, columns } from '../event/columns'

export interface ExportField {
  /** As the record calls it: `actorId`, `server.ip`. */
  name: string
  path: Column['from']
  type: Column['type']
  /** The column of the lake. */
  column: string
}

// An export has one tenant, which is nobody's question. `raw_exact` is read as `raw`.
const left = ['tenant_id', 'raw_exact']

/** Every field that an export may have, in the order of its columns. */
export const exportFields: readonly ExportField[] = columns
  .filter(({ name }) => !left.includes(name))
  .map(({ name, type, from }) => ({ name: from.join('.'), path: from, type, column: name }))

const byName = new Map(exportFields.map((field) => [field.name, field]))

export const exportFieldNames = exportFields.map(({ name }) => name)

export function fieldsOf(names: readonly string[]): ExportField[] {
  return names.flatMap((name) => byName.get(name) ?? [])
}

/** Events may be selected by the values of these. */
export const filterFields = exportFields.filter(
  ({ path, type, name }) =>
    path.length === 1 &&
    name !== 'raw' &&
    name !== 'kind' &&
    type !== 'timestamp' &&
    type !== 'strings',
)

/** Reads the value of a field of a record, as JSON has it. */
export function cellOf(record: object, { path: [first, second] }: ExportField): unknown {
  const value = (record as Record<string, unknown>)[first]
  return second === undefined ? value : (value as Record<string, unknown> | undefined)?.[second]
}
