import { requireStatementWithin } from '../../access/cmi5/within'
import { AppError } from '../../error/app-error'
import type { Arrival, Kept } from '../../ingest/arrival'
import { standardNamed } from '../../standards'
import { mediaType } from '../../syntax/media-type'
import { inTurns } from '../../syntax/steps'
import { decodeWire } from '../../wire/body'
import { readBytes, readWire } from '../body'
import type { AppContext, AppDeps } from '../context'
import { refuseForm, requireJson } from '../json-type'
import { senderOf } from '../receive'
import type { Caller } from './caller'
import { WITHHELD_HEADER, withheldIn, withheldText } from './withheld'

/**
 * @returns the ids of the statements, all of which are held now, in the order of the request
 * @throws {AppError} to the sender, with `quarantineId` where the body was read: `invalid_request`,
 * `conflict`, `too_large`, and whatever `Ingest` and `readWire` throw
 */
export type Take = (c: AppContext, caller: Caller, prepare?: Prepare) => Promise<string[]>

/** Changes the text of a body before it is read. @throws {AppError} when it is not taken */
export type Prepare = (text: string) => string

/**
 * Takes the statements of a request: as JSON, or as multipart/mixed, whose attachments are kept before
 * the statements that name them.
 */
export function takeStatementsWith({ services, platform, options }: AppDeps): Take {
  const { config } = options

  return async function takeStatements(c, caller, prepare = (text) => text) {
    const contentType = c.req.header('Content-Type')
    const type = mediaType(contentType)
    const taking = await import('../../statements/taking')
    const standard = await standardNamed('xapi')!.load()
    const { tenantId, sourceId, version } = caller
    const sender = senderOf(c, caller)
    const about = { sender, standard, context: { version } }

    async function refuse(body: string | Uint8Array, thrown: unknown): Promise<never> {
      if (!(thrown instanceof AppError)) throw thrown
      throw await services.refuseBody({ ...about, contentType, body }, thrown)
    }

    if (type !== 'multipart/mixed') {
      requireJson(c, { refusal: wrongType })
      const wire = await readWire(c, config)
      const sent = wire.encoding === 'identity' ? wire.text : wire.bytes
      const { text, notes } = await decodeWire(wire, { maxBytes: config.maxBodyBytes }).catch(
        (thrown) => refuse(sent, thrown),
      )
      refuseForm(c, text)
      const ready = await taking.checkJson(text, prepare).catch((thrown) => refuse(sent, thrown))
      // The answer of a record store is the ids alone: what was guessed of a body is said beside it.
      if (notes.length > 0) c.header(WARNINGS_HEADER, notes.map(({ code }) => code).join(', '))
      return ingest(ready, wire.lease)
    }
    const { lease, bytes } = await readBytes(c, config)
    const taken = await taking
      .takeApart(bytes, contentType, { version, prepare, lease, maxBytes: config.maxBodyBytes })
      .catch((thrown) => refuse(bytes, thrown))
    return ingest(taken.text, lease, (items, isChanged) =>
      taking.putContents(platform.blobs, tenantId, taking.keptContents(taken, items, isChanged)),
    )

    async function ingest(
      text: string,
      lease: Awaited<ReturnType<typeof readWire>>['lease'],
      kept?: Kept,
    ) {
      const form = 'document' as const
      const body = {
        lease,
        encoding: 'identity' as const,
        text,
        hasRoom: type !== 'multipart/mixed',
      }
      const admitItem = await admitItemOf(caller)
      const arrival = { ...about, form, contentType: 'application/json', body, admitItem, kept }
      const receipt = await services.ingest(arrival)
      const notKept = withheldIn(receipt)
      if (notKept.length > 0) {
        c.header(WITHHELD_HEADER, withheldText(notKept))
        // Statements that are not kept are not among the stored ones, which the answer lists.
        return receipt.eventIds
      }
      if (receipt.quarantined.length === 0) return receipt.eventIds
      const source = await services.findSource(tenantId, sourceId)
      if (source?.duplicates !== 'accept') taking.assertNoConflict(receipt, text)
      return inTurns(taking.answeredIds(text, receipt.eventIds))
    }
  }
}

async function admitItemOf(caller: Caller): Promise<Arrival['admitItem']> {
  if (caller.session === undefined) return undefined
  const { agentKey } = await import('../../standards/xapi/agents')
  return ({ event, index }) => requireStatementWithin(caller, event.raw, index, agentKey)
}

// Its values are the codes of the issues that a receipt has as `warnings`.
const WARNINGS_HEADER = 'X-Nonius-Warnings'

function wrongType(): AppError {
  const message = 'Must be application/json or multipart/mixed'
  const code = 'media_type'
  const spec = 'xAPI 1.0.3, Communication, 1.5 Content Types'
  return new AppError('invalid_request', `Content-Type: ${message}.`, {
    errors: [{ path: ['Content-Type'], message, code, spec }],
  })
}
