import { gunzipSync } from 'node:zlib'
import type { Message } from '../../webhooks/compose'

/** Returns the body of a message as people read it: before it was compressed. */
export function textOf({ body, headers }: Message): string {
  const isPacked = headers['content-encoding'] === 'gzip'
  return (isPacked ? gunzipSync(body) : body).toString()
}
