import { readFileSync } from 'node:fs'
import { documentFile } from '../../../openapi/build'

/** An operation of the OpenAPI document. */
export interface Operation {
  /** As `GET /analytics/events/{id}`. */
  name: string
  method: string
  path: string
  description: string
}

/** Lists every operation there is: a route that is not in the document fails another test. */
export function operations(): Operation[] {
  const { paths } = JSON.parse(readFileSync(documentFile, 'utf8')) as {
    paths: Record<string, Record<string, { description?: string }>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description = '' }]) => {
      const upper = method.toUpperCase()
      return { name: `${upper} ${path}`, method: upper, path, description }
    }),
  )
}
