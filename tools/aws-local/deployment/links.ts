import { createCipheriv, createDecipheriv } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// SST encrypts with AES-256-GCM and a nonce of zeros, for a key that encrypts one text
// (`resource.enc`).
const NONCE = Buffer.alloc(12)
const TAG_BYTES = 16

/**
 * Renames the links that SST bundled with a function.
 * @param folder the folder of the bundle
 * @param key base64, the function's SST_KEY
 * @returns the file that holds them, for SST_KEY_FILE
 */
export function renamedLinks(
  folder: string,
  key: string,
  rename: (text: string) => string,
  file: string,
): string {
  const secret = Buffer.from(key, 'base64')
  const sealed = readFileSync(join(folder, 'resource.enc'))
  const decipher = createDecipheriv('aes-256-gcm', secret, NONCE)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const text = decipher.update(sealed.subarray(0, -TAG_BYTES)).toString() + decipher.final('utf8')
  const cipher = createCipheriv('aes-256-gcm', secret, NONCE)
  const body = Buffer.concat([cipher.update(rename(text)), cipher.final()])
  writeFileSync(file, Buffer.concat([body, cipher.getAuthTag()]))
  return file
}
