import { spawn } from 'bun'

/** Asks `/health` all the time from a process of its own, which no other work of a test holds up. */
export interface HealthWatch extends Disposable {
  /** The longest that an answer took until now, ms; and begins anew. */
  longest(): Promise<number>
}

const script = `
let longest = 0
process.on('message', () => { process.send(longest); longest = 0 })
process.send('ready')
for (;;) {
  const from = performance.now()
  await (await fetch(process.argv[1] + '/health')).text()
  longest = Math.max(longest, performance.now() - from)
  await Bun.sleep(5)
}`

export async function watchHealth(url: string): Promise<HealthWatch> {
  let heard = (_: unknown) => {}
  const next = () =>
    new Promise<unknown>((resolve) => {
      heard = resolve
    })
  const isReady = next()
  const child = spawn([process.execPath, '-e', script, url], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (message) => heard(message),
    onExit: () => heard(Number.POSITIVE_INFINITY), // it got no answer at all
  })
  await isReady
  return {
    async longest() {
      const answer = next()
      child.send('tell')
      return Number(await answer)
    },
    [Symbol.dispose]: () => child.kill(),
  }
}
