import { formNamed } from '../../standards/native/content-type'
import type { BodyForm } from '../../standards/standard'
import type { AppContext } from '../context'
import { notJson } from '../json-type'

/** Tells by the headers how a body of native events is laid out. @throws {AppError} */
export function formOf(c: AppContext): BodyForm {
  const form = formNamed(c.req.header('Content-Type'))
  if (form !== undefined) return form
  throw notJson(['application/x-ndjson for one event a line'])
}
