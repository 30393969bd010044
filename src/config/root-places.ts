import { createPrivateKey } from 'node:crypto'
import { list, suchThat } from './forms'

/** A place to which roots of the log are written. */
export type RootPlace =
  | { kind: 'file'; path: string }
  | { kind: 'post'; url: string }
  | { kind: 'bucket'; bucket: string; prefix: string }

// A name of S3 ("Bucket naming rules"), and behind it a folder or none.
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/

/** Reads one place. @returns undefined where it is none */
export function readRootPlace(text: string): RootPlace | undefined {
  if (text === '' || text.includes('\0')) return undefined
  if (!/^[a-z0-9+.-]+:\/\//i.test(text)) return { kind: 'file', path: text }
  const [, bucket, folder = ''] = BUCKET.exec(text) ?? []
  if (bucket !== undefined) {
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
    return { kind: 'bucket', bucket, prefix }
  }
  const url = URL.parse(text)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  return isWeb && url.hostname !== '' ? { kind: 'post', url: text } : undefined
}

// Each gets every root, one after the other.
const MOST = 10

/** The settings of roots are apart, since the file of all settings is long. */
export const rootSettings = {
  rootsTo: {
    name: 'NONIUS_ROOTS_TO',
    expected:
      'up to ten of these, with commas between: the path of a file, an http: or https: address, s3://bucket/folder',
    read: list(readRootPlace, MOST),
  },
  rootsKey: {
    name: 'NONIUS_ROOTS_KEY',
    expected: 'an Ed25519 private key, PKCS #8 DER in base64',
    secret: true,
    read: suchThat(isSigningKey),
  },
} as const

function isSigningKey(text: string): boolean {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}
