import type { Client, ClientOptions, TrackOptions } from './contract'
import { isPage, uuid } from './page'
import { hash } from './send/hash'
import { nativeWire } from './send/wire'
import { createSender } from './sender'
import { leaveSession, setSession, tabSession } from './session'

/**
 * Makes a client. It never throws into the program that uses it, asks for nothing but what is sent, and keeps
 * what is not sent yet where the browser lets it.
 */
export function createClient<Events extends object = Record<string, object>>(
  options: ClientOptions,
): Client<Events> {
  const { source, userId, organizationId, sample, classes } = options
  const isTabs = options.sessionId === undefined && isPage()
  // Nothing is read from a browser either before somebody agreed.
  const hasAgreed = (options.consent ?? true) === true
  const session = options.sessionId ?? (isTabs && hasAgreed ? tabSession() : uuid())

  const sender = createSender(
    {
      ...options,
      session,
      onLeave(isLeft) {
        if (isTabs) leaveSession(isLeft)
      },
      onConsent(given) {
        if (isTabs) setSession(given ? session : undefined)
      },
    },
    nativeWire,
  )

  /** @returns the share of such events that is kept; undefined where this session keeps none */
  function rateOf(type: string, named: string | undefined): number | undefined {
    const kind = named ?? classes?.[type]
    const rate = sample?.[kind as string]
    if (typeof rate !== 'number') return 1
    return hash(`${session} ${kind}`) < rate * 2 ** 32 ? rate : undefined
  }

  return {
    sessionId: session,

    track: ((type: string, payload: unknown, options?: TrackOptions) => {
      try {
        const about = options ?? {}
        const rate = rateOf(type, about.class)
        if (rate === undefined) return
        const id = about.eventId || uuid()
        const context = rate < 1 ? { ...about.context, sample_rate: rate } : about.context
        const text = JSON.stringify({
          event_id: id,
          event_type: type,
          timestamp: about.timestamp ?? new Date().toISOString(),
          session_id: session,
          source,
          user_id: about.userId ?? userId,
          organization_id: organizationId,
          question_id: about.questionId,
          privacy_level: about.privacyLevel,
          context,
          payload,
        })
        sender.take(id, text, true)
      } catch (why) {
        sender.tell('refused: no JSON', type, why)
      }
    }) as Client<Events>['track'],

    flush: sender.flush,
    close: sender.close,
    consent: sender.consent,
  }
}
