import { openReceivers } from '../../receivers'
import { type Attack, ask } from './attack'

const json = { 'content-type': 'application/json' }

/** Webhooks at receivers that misbehave in every way there is a name for, and events for all of them. */
export const badReceivers: Attack = async (needs) => {
  await using receivers = await openReceivers()
  for (const [n, { url }] of [...receivers, ...receivers].entries()) {
    const body = JSON.stringify({ name: `hostile ${n}`, targetUrl: url, events: ['*'] })
    await ask(needs, '/webhooks', { method: 'POST', headers: json, body })
  }
  while (!needs.isOver()) {
    const events = Array.from({ length: 50 }, () => ({
      ...{ event_type: 'told', properties: { x: 'x'.repeat(4000) } },
    }))
    await ask(needs, '/api/v1/events', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(events),
    })
    await Bun.sleep(200)
  }
}
