// A program of its own: what the test does must not be taken for slowness of the server.
const [url = ''] = process.argv.slice(2)
const took: number[] = []
process.on('SIGTERM', () => {
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)]
  process.stdout.write(JSON.stringify({ worst: took.at(-1), p99: at(0.99), median: at(0.5) }))
  process.exit()
})
for (;;) {
  const begun = performance.now()
  const isWell = await fetch(`${url}/health`, { keepalive: false }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (isWell) took.push(performance.now() - begun)
  await Bun.sleep(30)
}

export {}
