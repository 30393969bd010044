// Says by its exit code whether the server in this container is alive. Whether it can take events, a
// balancer asks at /ready: a full disk is no reason to start the container again.
const port = process.env.NONIUS_PORT || '3000'
const reply = await fetch(`http://127.0.0.1:${port}/health`, {
  signal: AbortSignal.timeout(4000), // sooner than Docker's own limit, so that there is a reason
})
if (!reply.ok) throw new Error(`/health answered ${reply.status}`)
