import { createPeople } from '../../event/people'
import { spellingsOf } from '../../event/person-id'
import type { EventRecord } from '../../event/record'
import type { ServingPlatform } from '../../platform/platform'
import { inTurns } from '../../syntax/steps'
import { searchedText } from '../../wire/kept'
import { readConsents, readDocuments } from './documents'
import { eventLine, quarantineLine, shownIn } from './lines'
import type { Parts } from './parts'
import { readDays, readEvents } from './read-events'
import { readRecipients } from './recipients'
import { createRedact } from './redact'
import { type AccessFile, type AccessRequest, accessSteps, RESULT_DAYS } from './request'
import { readRosters } from './rosters'
import { addTo } from './summary'

export interface AdvanceNeeds {
  platform: Pick<
    ServingPlatform,
    'lake' | 'blobs' | 'quarantine' | 'documents' | 'registry' | 'deliveries'
  >
  parts: Parts
  /** Resolves when what is stored is in the lake. Left out where it gets there by itself. */
  flush?: (() => Promise<void>) | undefined
  /** Lists the pseudonyms of a person. Left out, there are none. */
  pseudonymsOf?: ((tenantId: string, actorId: string) => Promise<string[]>) | undefined
  now(): Date
}

const DAY_MS = 24 * 60 * 60 * 1000
const QUARANTINE_PAGE = 50
// Lines are put together into parts of about so many characters.
const PART_CHARS = 4 * 1024 * 1024
// Firehose brings an event into the lake within five minutes; where it had to try again, within some more.
const ARRIVES_MS = 20 * 60 * 1000

/**
 * Does the next piece of a request: a page of events, of the quarantine, or a step as a whole. What it changed of
 * the request is to be stored before it is called again; a piece that is done twice gives the same.
 * @returns `wait` where it can go on only later
 * @throws {StorageError} {AppError} nothing of the piece counts
 */
export async function advance(
  needs: AdvanceNeeds,
  request: AccessRequest,
  signal?: AbortSignal,
): Promise<'more' | 'wait' | 'over'> {
  const { platform, parts, now } = needs
  const { tenantId, place, summary } = request
  const actorIds = await allIds(needs, request)
  const redact = createRedact(actorIds)
  const reading = { ...platform, signal }

  switch (request.step) {
    case 'days': {
      if (needs.flush !== undefined) await needs.flush()
      else if (now().getTime() < Date.parse(request.createdAt) + ARRIVES_MS) return 'wait'
      place.days = await readDays(reading, request, actorIds)
      break
    }
    case 'events': {
      const records = await readEvents(reading, request, actorIds)
      if (records === undefined) break
      const isActor = actorOf(actorIds)
      const lines: string[] = []
      for (const record of records) {
        const item = redact(record.raw)
        addTo(summary, record, shownIn(item, record.objectName))
        lines.push(eventLine(record, item, { isActor: isActor(record) }))
        await inTurns(oneStep())
      }
      await parts.add(request, 'events', lines)
      return 'more'
    }
    case 'quarantine': {
      const { quarantine } = platform
      const page = { limit: QUARANTINE_PAGE, order: 'oldest' as const, cursor: place.cursor }
      const found = await quarantine.list(tenantId, page, { to: request.createdAt })
      const people = createPeople(actorIds)
      const lines: string[] = []
      for (const item of found.items) {
        const text = await searchedText(item)
        if (await inTurns(people.areIn(text, 'text')))
          lines.push(quarantineLine(item, redact(text)))
      }
      await parts.add(request, 'quarantine', lines)
      place.cursor = found.nextCursor
      if (place.cursor !== undefined) return 'more'
      break
    }
    case 'documents': {
      const { sessions } = summary
      const of = { tenantId, actorIds, sessions }
      const documents = oneAfterAnother(
        readDocuments(platform.documents, of, redact),
        readRosters(platform.documents, of),
      )
      await addAll('documents', documents)
      await addAll('consents', readConsents(platform.documents, of))
      break
    }
    case 'recipients': {
      const lines = parts.read(request, 'events')
      await addAll('recipients', readRecipients({ ...platform, now: now() }, tenantId, lines))
      request.status = 'ready'
      request.readyAt = now().toISOString()
      request.expiresAt = new Date(now().getTime() + RESULT_DAYS * DAY_MS).toISOString()
      break
    }
    case 'done':
      return 'over'
  }
  request.step = accessSteps[accessSteps.indexOf(request.step) + 1]!
  return request.step === 'done' ? 'over' : 'more'

  /** Adds what a step finds, from the beginning: a step that is done as a whole may be done again. */
  async function addAll(file: AccessFile, lines: AsyncIterable<string>) {
    request.parts[file] = []
    request.found[file] = 0
    let some: string[] = []
    let chars = 0
    for await (const line of lines) {
      some.push(line)
      chars += line.length
      if (chars < PART_CHARS) continue
      await parts.add(request, file, some)
      some = []
      chars = 0
    }
    await parts.add(request, file, some)
  }
}

/** Lists every text that stands for the person, pseudonyms too. */
async function allIds(
  { pseudonymsOf }: AdvanceNeeds,
  { tenantId, actorIds }: AccessRequest,
): Promise<string[]> {
  const spelled = [...new Set(actorIds.flatMap(spellingsOf))]
  if (pseudonymsOf === undefined) return spelled
  const pseudonyms = await Promise.all(spelled.map((id) => pseudonymsOf(tenantId, id)))
  return [...new Set([...spelled, ...pseudonyms.flat()])]
}

function actorOf(actorIds: readonly string[]) {
  const own = new Set(actorIds)
  return ({ actorId }: EventRecord) => actorId !== undefined && own.has(actorId)
}

async function* oneAfterAnother(...all: AsyncIterable<string>[]): AsyncGenerator<string> {
  for (const lines of all) yield* lines
}

function* oneStep() {
  yield undefined
}
