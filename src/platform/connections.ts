import type { Principal } from '../identity/principal'

/** A connection is described as it was when its handshake was answered. */
export interface Connection {
  /** Names the `SocketProtocol` that it speaks. */
  protocol: string
  principal: Principal
  ip?: string | undefined
  userAgent?: string | undefined
}

/** A protocol says what can be done over a connection, from the handshake on. */
export interface SocketProtocol {
  /** Connections store the name, some in a table: never reuse one for something else. */
  name: string
  /** The handshake comes to this address, e.g. `/ws/publish`. */
  path: string
  /**
   * Answers one message. Never throws.
   * @param who finds the connection; undefined when none is known, whose messages are refused
   */
  receive(who: () => Promise<Connection | undefined>, message: string | Uint8Array): Promise<string>
}

/** A platform speaks these protocols. The first is for connections that name none. */
export type SocketProtocols = readonly [SocketProtocol, ...SocketProtocol[]]

/** The port is the sending end of connections: messages to the other end go out here. */
export interface Connections {
  /**
   * Sends one text message.
   * @returns `gone` when nobody is at the other end any more
   * @throws {StorageError} when it cannot be told whether it arrived, or it is too large ever to
   */
  send(connectionId: string, message: string): Promise<'sent' | 'gone'>
  /** Ends a connection; one that has ended already is no error. */
  close(connectionId: string): Promise<void>
}
