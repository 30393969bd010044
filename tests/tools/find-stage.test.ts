import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { repository, start } from '../support/program'

// What `sst shell` sets, which a process reads once.
const stage = {
  App: { name: 'nonius', stage: 'production' },
  Nonius: { eventsTable: 'events', blobsBucket: 'blobs' },
  Clients: { id: 'pool' },
  FirstClient: { id: 'client', secret: 'known to two' },
  Address: { url: 'https://d1.cloudfront.example' },
  Api: { name: 'api', url: 'https://x.lambda-url.example/' },
}

async function found(url: string, links: Record<string, unknown>): Promise<string> {
  const module = join(repository, 'tools/smoke/deep/find-stage.ts')
  const program = `const { findStage } = await import(${JSON.stringify(module)})
    console.log(JSON.stringify(findStage(new URL(${JSON.stringify(url)})) ?? 'none'))`
  const env = Object.fromEntries(
    Object.entries(links).map(([name, link]) => [`SST_RESOURCE_${name}`, JSON.stringify(link)]),
  )
  const { stdout, stderr } = await start([process.execPath, '-e', program], { env }).finished
  return stdout + stderr
}

const deployed = {
  resources: stage.Nonius,
  userPoolId: 'pool',
  clientId: 'client',
}

it('finds a stage by any address of its own, and refuses that of another', async () => {
  const { url, ...withoutUrl } = stage.Api
  const examples = [
    ['https://d1.cloudfront.example', stage, JSON.stringify(deployed)],
    ['https://x.lambda-url.example', stage, JSON.stringify(deployed)],
    // Behind a door that is private, the function has no address.
    ['https://d1.cloudfront.example', { ...stage, Api: withoutUrl }, JSON.stringify(deployed)],
    ['https://other.example', stage, 'and not at https://other.example'],
    ['https://d1.cloudfront.example', {}, '"none"'],
  ] as const
  for (const [url, links, said] of examples) expect(await found(url, links)).toContain(said)
})
