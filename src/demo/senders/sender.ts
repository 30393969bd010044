import type { Happening } from '../happenings'
import { uuidOf } from '../random'

/** A document is one event or statement, as its system writes it, without what a request adds. */
export type Document = Record<string, unknown>

/** A request is one POST of a system: its body is made when it is sent. */
export interface DemoRequest {
  path: string
  contentType: string
  headers?: Record<string, string>
  /** It brings so many items. */
  items: number
  /** @param sentAt ISO 8601 UTC; systems that say when they send say this */
  body(sentAt: Date): string
}

/** A sender is one system of the school, with its own form of events and of requests. */
export interface Sender {
  /** It is the end of the source's id: `demo-canvas`. */
  name: string
  /** The source's name, for people. */
  title: string
  /** A few words say in what form it sends. */
  sends: string
  write(happening: Happening): Document[]
  request(documents: Document[]): DemoRequest
  /** A request has so many documents at most. */
  perRequest: number
}

/** Gives a document an id that is the name of what it says: it never stands for anything else. */
export function withId(document: Document, write: (uuid: string) => string): Document {
  const { '@context': context, ...rest } = document
  const id = write(uuidOf('demo event', JSON.stringify(document)))
  return { ...(context !== undefined && { '@context': context }), id, ...rest }
}

export function isoAt(ms: number): string {
  return new Date(ms).toISOString()
}

/** Writes a duration of ISO 8601 from whole seconds. */
export function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `PT${seconds}S` : `PT${minutes}M${seconds % 60}S`
}
