import { randomBytes } from 'node:crypto'
import type { Deployment } from '../calling'
import { deepChecks } from './checks'
import { showProgress } from './progress'
import { type Deployed, openStage } from './stage'

const MINUTE_MS = 60_000

/** Runs the deep checks side by side. @returns how many were run, and how many of them failed */
export async function runDeep(
  deployment: Deployment,
  { minutes, deployed }: { minutes: number; deployed: Deployed | undefined },
): Promise<{ run: number; failed: number }> {
  const stage = deployed && openStage(deployed)
  const signal = AbortSignal.timeout(minutes * MINUTE_MS)
  using progress = showProgress(process.stdout)
  const shared = { deployment, run: randomBytes(4).toString('hex'), signal }

  const results = deepChecks.map(async ({ promise, needs, run }) => {
    if (needs === 'stage' && stage === undefined) {
      progress.print(`left ${promise}: it needs a stage on AWS, and the credentials to deploy it`)
      return undefined
    }
    const begun = performance.now()
    const name = promise.split(',')[0]!.split(':')[0]!
    const tell = (what: string) => progress.tell(name, what)
    const context = { ...shared, tell, stage: stage! }
    const problem = await run(context).then(
      () => undefined,
      (error: Error) => error,
    )
    progress.end(name)
    const seconds = Math.round((performance.now() - begun) / 1000)
    progress.print(`${problem ? 'FAIL' : 'ok  '} ${promise} (${seconds} s)`)
    if (problem) progress.print(`     ${problem.message}`)
    return problem === undefined
  })
  const all = (await Promise.all(results)).filter((one) => one !== undefined)
  return { run: all.length, failed: all.filter((isKept) => !isKept).length }
}
