// An emulated function is killed, and Node writes what it compiled only when a process ends by itself.
const { flushCompileCache } = require('node:module')

// A first request has compiled what it needs some hundred milliseconds after the start.
setInterval(flushCompileCache, 150).unref()
