import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { createPeople, type People } from '../../../event/people'
import type { EventRecord } from '../../../event/record'
import { finish } from '../../../syntax/steps'
import type { BlobStore } from '../../blob-store'
import type { Erased, Erasure } from '../../erasure'
import { imageOf } from '../dynamo/stream-image'
import { tenantOf } from '../events/keys'
import { FAILED_BATCHES } from './failed-batches'

interface Needs {
  blobs: Pick<BlobStore, 'list' | 'get' | 'put' | 'delete'>
  /** Reads the record that an item of the events table contains; undefined when its body is gone. */
  recordOf(item: ReturnType<typeof imageOf>): Promise<EventRecord | undefined>
}

/** A failed batch, as `failed-batches.ts` reads it. */
interface Failed {
  payload?: unknown
  record?: DynamoDBRecord
}

type Judge = (record: DynamoDBRecord) => Promise<boolean>

const PLACES = [FAILED_BATCHES, 'failed/']
const PAGE = 100

/**
 * Erases people from batches of the stream that Lambda gave up, and from changes that were set aside.
 * @returns `unread` counts changes of the tenant that nobody can read
 */
export async function eraseFromFailed(
  { blobs, recordOf }: Needs,
  tenantId: string,
  { actorIds, isDryRun = false }: Erasure,
): Promise<Erased & { unread: number }> {
  const people = createPeople(actorIds)
  let [removed, looked, unread] = [0, 0, 0]

  /** Tells whether a change of the stream is an event of theirs. */
  async function isTheirs({ dynamodb }: DynamoDBRecord): Promise<boolean> {
    const image: Record<string, AttributeValue> = dynamodb?.NewImage ?? {}
    if (image.k?.S === undefined || tenantOf(image.k.S) !== tenantId) return false
    const record = await recordOf(imageOf(image)).catch(() => {
      unread += 1
      return undefined
    })
    return record !== undefined && finish(people.own(record))
  }

  async function eraseFrom(key: string): Promise<void> {
    const bytes = await blobs.get(key)
    if (bytes === undefined) return
    looked += 1
    const { rest, gone } = await without(Buffer.from(bytes).toString(), isTheirs, people)
    removed += gone
    if (gone === 0 || isDryRun) return
    if (rest === undefined) await blobs.delete(key)
    else await blobs.put(key, Buffer.from(rest))
  }

  for (const place of PLACES) {
    let after: string | undefined
    for (;;) {
      const page = await blobs.list(place, PAGE, after)
      for (const { key } of page) await eraseFrom(key)
      if (page.length < PAGE) break
      after = page.at(-1)!.key
    }
  }
  return { removed, looked, unread }
}

/** Takes the changes of people out of a text. @returns `rest` undefined when nothing is left of it */
async function without(
  text: string,
  isTheirs: Judge,
  people: People,
): Promise<{ rest?: string; gone: number }> {
  let failed: Failed
  let event: { Records?: DynamoDBRecord[] } | undefined
  try {
    failed = JSON.parse(text) as Failed
    const { payload } = failed
    event = (typeof payload === 'string' ? JSON.parse(payload) : payload) as typeof event
  } catch {
    const isNamed = finish(people.areIn(text, 'text'))
    return isNamed ? { gone: 1 } : { rest: text, gone: 0 }
  }
  const records = event?.Records ?? (failed.record === undefined ? [] : [failed.record])
  const left: DynamoDBRecord[] = []
  for (const record of records) if (!(await isTheirs(record))) left.push(record)
  const gone = records.length - left.length
  if (gone === 0) return { rest: text, gone }
  if (left.length === 0) return { gone }
  const payload = { ...event, Records: left }
  const isText = typeof failed.payload === 'string'
  return {
    rest: JSON.stringify({ ...failed, payload: isText ? JSON.stringify(payload) : payload }),
    gone,
  }
}
