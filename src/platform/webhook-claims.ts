interface Whose {
  tenantId: string
  webhookId: string
}

/**
 * Claims are the places of a webhook that all processes share. Those of one that answers soon need none, and cost
 * nothing.
 */
export interface WebhookClaims {
  /** Tells whether some process noted lately that a webhook is slow. @throws {StorageError} */
  isSlow(whose: Whose): Promise<boolean>
  /** Notes that a webhook is slow: for a minute, all processes know. @throws {StorageError} */
  noteSlow(whose: Whose): Promise<void>
  /**
   * Takes one of `most` claims.
   * @returns what gives it back, undefined when all are taken
   * @throws {StorageError}
   */
  take(whose: Whose, most: number): Promise<(() => Promise<void>) | undefined>
}
