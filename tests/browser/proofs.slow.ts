import { expect, it } from 'bun:test'
import { treeStored } from '../../src/changes/consumers'
import { buildEntry } from '../../tools/client/build'
import { startStage } from '../support/pages/stage'

interface Checked {
  verdict: { holds: boolean }
  other: { holds: boolean; why?: string }
}

it('a page checks that the log has what was sent, and asks nobody', async () => {
  await using stage = await startStage()
  const { app } = stage
  const texts = ['{"name":"Größe 🙂"}', '{}', '[1]'].map((payload, n) => {
    const timestamp = app.clock.now().toISOString()
    return `{"event_type":"page_view","event_id":"e-${n}","timestamp":"${timestamp}","payload":{"of":${payload}}}`
  })
  const headers = { ...app.as(), 'Content-Type': 'application/json' }
  for (const body of texts) {
    expect((await app.request('/api/v1/events', { method: 'POST', headers, body })).status).toBe(
      201,
    )
  }
  await treeStored(app.platform)
  const reply = await app.request('/audit/proofs/e-0', { headers: app.as(app.keys.admin) })
  const proof = await reply.json()

  const page = await stage.open(await stage.shared())
  const code = await buildEntry('proofs')
  const checked = (await page.evaluate(
    async ([code, proof, text]) => {
      const url = URL.createObjectURL(new Blob([code as string], { type: 'text/javascript' }))
      const { verifyProof } = await import(url)
      const other = (text as string).replace('page_view', 'page_vieu')
      return { verdict: await verifyProof(proof, text), other: await verifyProof(proof, other) }
    },
    [code, proof, texts[0]] as const,
  )) as Checked
  expect(checked.verdict).toEqual({ holds: true })
  expect(checked.other).toMatchObject({
    holds: false,
    why: expect.stringContaining('not the item'),
  })
}, 60_000)
