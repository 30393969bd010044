import { type ApiClient, createApiClient } from './api-client'
import type { ServerOptions } from './server-options'

/** A quarantine client calls the routes of quarantine: its paths are the part below `quarantine`. */
export type QuarantineClient = ApiClient

/** @throws {CommandError} when there is no key */
export function createQuarantineClient(options: ServerOptions): QuarantineClient {
  const ask = createApiClient(options)
  return (method, path, body) => ask(method, `quarantine${path}`, body)
}
