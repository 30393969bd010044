import type { Principal } from '../identity/principal'

/** A connection is described as it was when its handshake was answered. */
export interface Connection {
  /** Names the `SocketProtocol` that it speaks. */
  protocol: string
  principal: Principal
  ip?: string | undefined
  userAgent?: string | undefined
  /** Its browser opts out, by these signals. */
  optOut?: readonly ('gpc' | 'dnt')[] | undefined
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
  /** Tells whether what a connection was opened with still holds; a connection is closed otherwise. */
  isCurrent?(connection: Connection): Promise<boolean>
}

/** A platform speaks these protocols. The first is for connections that name none. */
export type SocketProtocols = readonly [SocketProtocol, ...SocketProtocol[]]

/** In a conversation either end may speak at any time: what a connection that stays in one process can do. */
export interface ConversationProtocol extends Pick<SocketProtocol, 'name' | 'path'> {
  /** It may have this part of the places that all conversations have together; all of them when left out. */
  share?: number
  /** Begins with a connection that was opened just now. Never throws. */
  open(connection: Connection, line: Line): Conversation
  /**
   * Tells somebody for whom there is no place, and closes the line. Never throws. Left out, the handshake
   * says so: for clients that come again at once when a connection was opened.
   */
  refuse?(line: Line): void
  /** Resolves once all that its connections brought is dealt with, as at the end of each. Never throws. */
  settle?(): Promise<void>
}

/** A line leads to the other end of one connection. Once it is closed, it takes texts and drops them. */
export interface Line {
  /**
   * Sends a text, or holds it until it can be sent; in order.
   * @returns false when no more should come before `Conversation.drained`; this one is taken
   */
  send(text: string): boolean
  /**
   * Closes the connection: after what was sent, if that can be sent at once.
   * @param code of RFC 6455, section 7.4
   * @param reason at most 123 bytes
   */
  close(code: number, reason: string): void
}

/** None of its methods may throw. */
export interface Conversation {
  received(message: string | Uint8Array): void
  /** The line takes texts again, after it said that it does not. */
  drained(): void
  /** The connection has ended, whoever ended it. */
  closed(): void
}

/**
 * In a relayed conversation either end may speak, too, but no process holds the connection: each
 * message comes to any of them, and several at once.
 */
export interface RelayedProtocol extends Pick<SocketProtocol, 'name' | 'path'> {
  /** Messages that were on their way when the connection ended are heard, for some minutes more. */
  hearsLate?: true
  /** Deals with one message, which arrived then. Never throws. */
  received(
    connectionId: string,
    from: Connection,
    message: string | Uint8Array,
    arrivedAt?: Date,
  ): Promise<void>
  /** The connection has ended, whoever ended it. Never throws. */
  closed(connectionId: string, from: Connection): Promise<void>
}

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
