import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { fieldNamed, fieldNames, knownFields } from '../event/conditions/fields'
import { shown } from '../event/conditions/issues'
import { fieldOf } from '../event/conditions/match'
import type { EventRecord } from '../event/record'

/** An event shows these fields of its record, `raw` among them: what was sent. */
export const shownFields: readonly string[] = [...fieldNames, 'raw']

/**
 * A table has these columns unless others are asked for: all that the lake has, without the text of what was sent. When
 * the hot copy expires is no fact of an event.
 */
export const tableFields: readonly string[] = fieldNames.filter((name) => name !== 'expiresAt')

/**
 * Reads a list of fields with commas between: as the record calls them, as the lake calls its columns, or by their short
 * names. Each stands in it once.
 * @returns the names of the record, e.g. `actorId`, `server.ip`
 * @throws {AppError} `invalid_request` that names each field that is none
 */
export function readFields(text: string, path: Issue['path'] = ['fields']): string[] {
  const errors: Issue[] = []
  const names = text.split(',', MOST_FIELDS).map((sent) => {
    const name = sent.trim()
    const field = name === 'raw' ? name : fieldNamed(name)?.name
    if (field === undefined) {
      const message = `Must be fields of the record with commas between; got ${shown(name)}; ${knownFields(name)}`
      errors.push({ path, message, code: 'unknown_name' })
    }
    return field ?? ''
  })
  const again = names.find((name, at) => name !== '' && names.indexOf(name) < at)
  if (again !== undefined) {
    errors.push({
      path,
      message: `Must have each field once; got ${again} again`,
      code: 'repeated',
    })
  }
  if (errors.length === 0) return names
  const detail = errors.slice(0, MAX_SAID).map(({ message }) => `${path.join('.')}: ${message}`)
  throw new AppError('invalid_request', detail.join('; '), { errors })
}

// Each field once is fewer.
const MOST_FIELDS = 100
// Issues that `detail` names in one sentence; `errors` has them all.
const MAX_SAID = 3

/** Reads a field that `readFields` gave. @returns undefined where the record has no value */
export function fieldIn(record: EventRecord, name: string): unknown {
  return fieldOf(record, name.split('.'))
}
