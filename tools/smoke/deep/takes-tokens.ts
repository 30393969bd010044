import { expect, sendJson } from '../calling'
import type { StagedContext } from './check'

/** Fetches a token as a sensor does, and sends an event with it. */
export async function takesTokens({ deployment, stage, run, tell }: StagedContext): Promise<void> {
  tell('Cognito is asked for a token')
  const token = await stage.token()
  const event = { event_type: `smoke_test_token_${run}`, user_id: 'smoke-test' }
  expect(await sendJson(deployment, 'POST', '/api/v1/events', event, token), 201)
  // The last character of a signature may have bits that count for nothing: the first has none.
  const [head, payload, signature = ''] = token.split('.')
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  const forged = [head, payload, changed].join('.')
  expect(await sendJson(deployment, 'POST', '/api/v1/events', event, forged), 401)
}
