import { createPeople } from '../../../event/people'
import type { EventRecord } from '../../../event/record'
import { finish } from '../../../syntax/steps'
import type { BlobStore } from '../../blob-store'
import type { Request } from './requests'

const LARGE = 'large/'
const PAGE = 1000

// They are named in one statement, where each takes some 150 bytes.
const MOST = 200

/**
 * Finds the records of these people that were too large for the lake, by what stands in its `raw` in their
 * place. Each is larger than a megabyte, and there are few: all are read.
 */
export async function pointersOf(
  { tenantId, actorIds, requestedAt }: Pick<Request, 'tenantId' | 'actorIds' | 'requestedAt'>,
  blobs: Pick<BlobStore, 'list' | 'get'>,
): Promise<string[]> {
  const people = createPeople(actorIds)
  const pointers: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await blobs.list(LARGE, PAGE, after)
    for (const { key, bytes } of page) {
      const text = await blobs.get(key)
      if (text === undefined) continue
      const record = JSON.parse(Buffer.from(text).toString()) as EventRecord
      if (record.tenantId !== tenantId || record.receivedAt > requestedAt) continue
      if (finish(people.own(record))) {
        pointers.push(JSON.stringify({ tooLargeForTheLake: { blob: key, bytes } }))
      }
    }
    if (page.length < PAGE || pointers.length >= MOST) return pointers.slice(0, MOST)
    after = page.at(-1)!.key
  }
}

/** Reads the place that a pointer names. */
export function blobOf(pointer: string): string | undefined {
  const { tooLargeForTheLake } = JSON.parse(pointer) as { tooLargeForTheLake?: { blob?: string } }
  return tooLargeForTheLake?.blob
}
