// Everything that the clients share: where they are installed, and whom they speak to.
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { XAPI_CLIENTS_FOLDER = '.', XAPI_ENDPOINT, XAPI_KEY, XAPI_SECRET } = process.env

/** A package that was installed into the folder of the clients. */
export const load = createRequire(join(XAPI_CLIENTS_FOLDER, 'package.json'))

/** The endpoint has no slash at its end. */
export const secrets = { endpoint: XAPI_ENDPOINT, key: XAPI_KEY, secret: XAPI_SECRET }

export const uuid = randomUUID

/** @param content a text, or bytes of one in UTF-8 */
export function text(content) {
  return typeof content === 'string' ? content : Buffer.from(content).toString()
}

/** A library may print, too; the last line is the result. */
export function print(result) {
  process.stdout.write(`\n${JSON.stringify(result)}\n`)
}
