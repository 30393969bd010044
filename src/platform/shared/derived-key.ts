import { hkdfSync } from 'node:crypto'

/** Every root secret is drawn with so many bytes. */
export const ROOT_BYTES = 32

/** Derives a key of its own for every use (HKDF, RFC 5869), the same for the same root. */
export function derivedKey(root: Uint8Array, use: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, '', `nonius ${use}`, bytes))
}
