import process from 'node:process'

/** Asks a server for its health from a process of its own, and prints how long it took: `URL`. */
const [url] = process.argv.slice(2)
let took: number[] = []
let isOn = true
process.stdin.on('data', (said) => {
  if (String(said).includes('begin')) took = []
  else isOn = false
})
while (isOn) {
  const from = performance.now()
  const isWell = await fetch(`${url}/health`, { signal: AbortSignal.timeout(20_000) }).then(
    (reply) => reply.ok,
    () => false,
  )
  took.push(isWell ? performance.now() - from : Number.POSITIVE_INFINITY)
  await Bun.sleep(5)
}
took.sort((a, b) => a - b)
console.log(JSON.stringify({ asked: took.length, slowest: took.slice(-5).map((ms) => String(ms)) }))
process.exit(0)
