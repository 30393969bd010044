import type { Principal } from '../identity/principal'

/** An open connection, as it was when its handshake was answered. */
export interface Connection {
  /** The name of the `SocketProtocol` that it speaks. */
  protocol: string
  principal: Principal
  ip?: string | undefined
  userAgent?: string | undefined
}

/** One of the things that can be said over a connection, from the handshake on. */
export interface SocketProtocol {
  /** Connections remember it, some in a table: never reuse a name for something else. */
  name: string
  /** The address of its handshake, e.g. `/ws/publish`. */
  path: string
  /**
   * Answers one message. Never throws.
   * @param who finds the connection; undefined when none is known, whose messages are refused
   */
  receive(who: () => Promise<Connection | undefined>, message: string | Uint8Array): Promise<string>
}

/** All that a platform speaks. The first is for connections that name none. */
export type SocketProtocols = readonly [SocketProtocol, ...SocketProtocol[]]

/** The sending end of connections: messages to those at the other end go out here. */
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
