/** Where messages to connected subscribers go out. */
export interface Connections {
  /**
   * Sends one text message.
   * @returns `gone` when nobody is at the other end any more
   * @throws {StorageError} when it cannot be told whether it arrived
   */
  send(connectionId: string, message: string): Promise<'sent' | 'gone'>
  /** Ends a connection; one that has ended already is no error. */
  close(connectionId: string): Promise<void>
}
