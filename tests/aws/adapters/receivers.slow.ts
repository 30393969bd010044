import { join } from 'node:path'
import { installNode } from '../../../tools/aws-local/lambda-node'
import { temporaryFolder } from '../../support/folders'
import type { Meeting } from '../../support/outbound/meet'
import { receiversSuite } from '../../support/outbound/receivers-suite'

/** Built for Node, and run by the Node of Lambda. */
async function meetAll(): Promise<Meeting[]> {
  using folder = temporaryFolder()
  await Bun.build({
    entrypoints: [join(import.meta.dir, '../../support/outbound/meet.ts')],
    outdir: folder.path,
    naming: 'meet.mjs',
    target: 'node',
  })
  const command = [installNode(), join(folder.path, 'meet.mjs'), '--print']
  const child = Bun.spawn(command, { stderr: 'inherit' })
  return JSON.parse(await new Response(child.stdout).text())
}

await receiversSuite("Lambda's Node", meetAll)
