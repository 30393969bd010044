import { expect, sendJson } from '../calling'
import { type Context, type Looked, until } from './check'

// A first attempt is a few seconds behind the event.
const LOOK_MS = 2000

/**
 * Has the deployment send an event to itself: its own check of events takes CloudEvents, needs no
 * key, keeps nothing, and says what it was given.
 */
export async function sendsWebhooks(context: Context): Promise<void> {
  const { deployment, run } = context
  const type = `smoke_test_webhook_${run}`
  const webhook = {
    name: `Smoke test ${run}`,
    targetUrl: new URL('/api/v1/events/validate', deployment.url).href,
    ...{ format: 'cloudevents', events: [type], batch: { maxEvents: 1 } },
  }
  const { id } = expect(await sendJson(deployment, 'POST', '/webhooks', webhook), 201) as Id
  try {
    const event = { event_type: type, user_id: 'smoke-test' }
    expect(await sendJson(deployment, 'POST', '/api/v1/events', event), 201)
    const delivery = await until(context, LOOK_MS, () => delivered(context, id))
    const [{ response = '' } = {}] = delivery.tries.slice(-1)
    const { valid, eventCount } = JSON.parse(response)
    if (valid === true && eventCount === 1) return
    throw new Error(`its target found no event in what it was sent: ${response.slice(0, 300)}`)
  } finally {
    await deployment.call(`/webhooks/${id}`, { method: 'DELETE' })
  }
}

async function delivered({ deployment }: Context, id: string): Promise<Looked<Delivery>> {
  const listed = expect(await deployment.call(`/webhooks/${id}/deliveries`), 200)
  const [newest] = (listed as { deliveries: Id[] }).deliveries
  if (newest === undefined) return { waitsFor: 'the event is on its way' }
  const path = `/webhooks/${id}/deliveries/${newest.id}`
  const delivery = expect(await deployment.call(path), 200) as Delivery
  const [{ error = 'nothing was tried yet' } = {}] = delivery.tries.slice(-1)
  if (delivery.status === 'delivered') return { found: delivery }
  return { waitsFor: `its target was not reached: ${error}` }
}

interface Id {
  id: string
}

interface Delivery {
  status: string
  tries: { error?: string; response?: string }[]
}
