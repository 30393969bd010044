import type { RetentionClass } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import type { KeptHead } from '../../trees'
import { headAt } from './places'

/** The head of an hour's tree. Where there is one, all other objects of the hour are there. */
export interface StoredHead {
  size: number
  /** 64 hexadecimal digits, as all hashes here. */
  root: string
  /** Roots of its full chunks, which are the hashes of level 2. */
  chunks: string[]
  /** The classes of events whose leaves still have id and salt. */
  classes: RetentionClass[]
}

export async function readHead(
  blobs: Pick<BlobStore, 'get'>,
  tenantId: string,
  hour: string,
): Promise<StoredHead | undefined> {
  const bytes = await blobs.get(headAt(tenantId, hour))
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as StoredHead)
}

export async function writeHead(
  blobs: Pick<BlobStore, 'put'>,
  tenantId: string,
  hour: string,
  head: StoredHead,
): Promise<void> {
  await blobs.put(headAt(tenantId, hour), Buffer.from(JSON.stringify(head)))
}

export function shownHead(hour: string, { size, root }: StoredHead): KeptHead {
  return { hour, treeSize: size, root: Buffer.from(root, 'hex'), isClosed: true }
}
