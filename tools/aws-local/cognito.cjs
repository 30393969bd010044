// A function asks Cognito for the keys of its tokens, by its own name and over TLS. It is loaded before a function's
// code (`--require`), and leads such a connection to the emulator, which has another address and no certificate.

const dns = require('node:dns/promises')
const { syncBuiltinESMExports } = require('node:module')
const net = require('node:net')
const tls = require('node:tls')

const emulator = new URL(process.env.AWS_LOCAL_COGNITO)
const COGNITO = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/
// Nobody has this address (RFC 5737, TEST-NET-2): it stands for the emulator between the look-up and the connection.
const ADDRESS = '198.51.100.1'

const { lookup } = dns
dns.lookup = (host, ...rest) =>
  COGNITO.test(host) ? Promise.resolve([{ address: ADDRESS, family: 4 }]) : lookup(host, ...rest)

/** Connects to the emulator in the place of an address. */
function leadTo(connect, event) {
  return (options, ...rest) => {
    if (options?.host !== ADDRESS) return connect(options, ...rest)
    const socket = net.createConnection({ host: emulator.hostname, port: Number(emulator.port) })
    socket.authorized = true
    if (event !== 'connect') socket.once('connect', () => socket.emit(event))
    return socket
  }
}

const { connect } = net
net.connect = leadTo(connect, 'connect')
tls.connect = leadTo(tls.connect, 'secureConnect')
syncBuiltinESMExports()
